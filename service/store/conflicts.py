"""Insert unless it is there: the one statement that the two databases spell differently."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from service.store.database import is_sqlite
from service.store.tables.base import Base


def add_new(
    session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]
) -> postgresql.Insert | sqlite.Insert:
    """Build an insert of these rows that leaves out each that a unique index forbids."""
    if is_sqlite(session):
        return sqlite.insert(table).values(list(rows)).on_conflict_do_nothing()
    return postgresql.insert(table).values(list(rows)).on_conflict_do_nothing()
