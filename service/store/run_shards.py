"""A run's frozen list of shards, and what scoring them gave."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session, aliased

from service.store.runs import RESEND
from service.store.tables.learning import RunShard
from service.store.tables.pool import Shard

_Before = aliased(RunShard)


def freeze(session: Session, run_id: UUID, shards: list[Shard], *, at: datetime) -> None:
    """Write down which shards a run scores; later ones wait for the next run."""
    if not shards:
        return
    rows = [
        {
            "run_id": run_id,
            "number": shard.number,
            "first_position": shard.first_position,
            "rows": shard.rows,
            "features": shard.features,
            "wake_at": at + RESEND,
        }
        for shard in shards
    ]
    session.execute(insert(RunShard), rows)


def unfreeze(session: Session, run_id: UUID) -> None:
    """Forget the list."""
    session.execute(delete(RunShard).where(RunShard.run_id == run_id))


def take_over(session: Session, run_id: UUID, before_id: UUID) -> tuple[int, int]:
    """Copy the results of an earlier run for shards that have not changed; say how many, in
    shards and in rows."""
    same = (
        (RunShard.number == _Before.number)
        & (RunShard.features == _Before.features)
        & (RunShard.first_position == _Before.first_position)
    )
    pairs = session.execute(
        select(RunShard, _Before)
        .join(_Before, same)
        .where(RunShard.run_id == run_id, _Before.run_id == before_id, _Before.is_done)
    ).all()
    for shard, before in pairs:
        shard.is_done, shard.wake_at = True, None
        shard.scores, shard.predictions = before.scores, before.predictions
        shard.second, shard.neighbours = before.second, before.neighbours
    session.flush()
    return len(pairs), sum(shard.rows for shard, _ in pairs)


def list_for(session: Session, run_id: UUID) -> list[RunShard]:
    """The list, in order of positions."""
    query = select(RunShard).where(RunShard.run_id == run_id).order_by(RunShard.number)
    return list(session.scalars(query))


def find_at(session: Session, run_id: UUID, position: int) -> RunShard | None:
    """The shard that holds a position."""
    query = select(RunShard).where(
        RunShard.run_id == run_id,
        RunShard.first_position <= position,
        RunShard.first_position + RunShard.rows > position,
    )
    return session.scalar(query)
