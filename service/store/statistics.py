"""What PostgreSQL knows of tables that have just grown, before its own daemon has looked.

Until somebody has, its planner takes every project for a small part of a table, and reads all of
a project's leases, say, where it should look one up: for a minute after a large upload.
"""

from collections.abc import Sequence

from sqlalchemy import String, bindparam, text
from sqlalchemy.orm import Session

from service.store.database import is_sqlite
from service.store.lists import Listed
from service.store.tables.labelling import Label, Lease, Selection
from service.store.tables.pool import Item, Payload

_TABLES = [each.__tablename__ for each in (Item, Payload, Label, Lease, Selection)]
# Rows from which on it matters how they are found.
_LEAST = 500

_GROWN = text(
    "SELECT counts.relname FROM pg_stat_user_tables AS counts "
    "JOIN pg_class AS known ON known.oid = counts.relid "
    "WHERE counts.schemaname = current_schema() AND counts.relname = ANY (:tables) "
    # ANALYZE passes over the tables of others with a warning.
    "AND pg_has_role(known.relowner, 'USAGE') "
    "AND counts.n_mod_since_analyze > greatest(:least, known.reltuples)"
).bindparams(bindparam("tables", type_=Listed(String)))


def outdated(session: Session) -> Sequence[str]:
    """Tables of ours most of whose rows are newer than what the planner knows of them."""
    if is_sqlite(session):
        return []
    return session.scalars(_GROWN, {"tables": _TABLES, "least": _LEAST}).all()


def renew(session: Session, tables: Sequence[str]) -> None:
    """Have samples of tables taken; readers and writers go on meanwhile."""
    for table in tables:
        session.execute(text(f"ANALYZE {table}"))
