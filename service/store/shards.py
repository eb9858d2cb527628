"""Feature shards of a pool: the list, and its open end."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.store.tables.pool import Shard


def list_for(session: Session, project_id: int) -> list[Shard]:
    """Shards of a project in order of positions."""
    query = select(Shard).where(Shard.project_id == project_id).order_by(Shard.number)
    return list(session.scalars(query))


def find_last(session: Session, project_id: int) -> Shard | None:
    """The shard that is still open, or the last full one."""
    query = select(Shard).where(Shard.project_id == project_id).order_by(Shard.number.desc())
    return session.scalar(query.limit(1))


def put(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Write shards, in place of older ones of the same number."""
    for row in rows:
        session.merge(Shard(**row))
    session.flush()
