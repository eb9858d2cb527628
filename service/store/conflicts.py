"""Insert unless it is there: the one statement that the two databases spell differently."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.store.database import is_sqlite
from service.store.tables.base import Base


def insert_new(session: Session, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Build an insert that leaves out each row that a unique index forbids.

    The rows are given as it is executed: so it is compiled once, whatever their number.
    """
    if is_sqlite(session):
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()
