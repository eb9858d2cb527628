"""Pages of runs, newest first."""

from datetime import datetime
from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, or_

from service.store.tables.learning import Run

Columns = TypeVarTuple("Columns")


def newest_first(
    query: Select[*Columns], *, before: tuple[datetime, UUID] | None, limit: int
) -> Select[*Columns]:
    """Give a page of runs; `before` is when the last one shown was made, with its id."""
    if before:
        at, run_id = before
        query = query.where(or_(Run.created_at < at, (Run.created_at == at) & (Run.id < run_id)))
    return query.order_by(Run.created_at.desc(), Run.id.desc()).limit(limit)
