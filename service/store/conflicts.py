"""Insert unless it is there: the one statement that the two databases spell differently."""

from functools import cache

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.store.database import is_sqlite
from service.store.tables.base import Base


def insert_new(session: Session, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Build an insert that leaves out each row that a unique index forbids.

    The rows are given as it is executed: so it is compiled once, whatever their number.
    """
    return _on_sqlite(table) if is_sqlite(session) else _on_postgres(table)


@cache
def _on_sqlite(table: type[Base]) -> sqlite.Insert:
    return sqlite.insert(table).on_conflict_do_nothing()


@cache
def _on_postgres(table: type[Base]) -> postgresql.Insert:
    return postgresql.insert(table).on_conflict_do_nothing()
