"""A run's frozen list of shards, and the barrier that counts them off."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session, aliased

from service.domain.runs import LIVE, Stage
from service.store.runs import RESEND
from service.store.tables.learning import Run, RunShard
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


def finish(
    session: Session,
    run_id: UUID,
    number: int,
    *,
    scores: str,
    predictions: str,
    second: str | None = None,
    neighbours: str | None = None,
) -> int | None:
    """Save a shard's result once and count it off; answer how many are left, None if too late."""
    saved = session.scalar(
        update(RunShard)
        .where(RunShard.run_id == run_id, RunShard.number == number, RunShard.is_done.is_(False))
        .values(
            is_done=True,
            scores=scores,
            predictions=predictions,
            second=second,
            neighbours=neighbours,
            lease_until=None,
            wake_at=None,
        )
        .returning(RunShard.number)
    )
    if saved is None:
        return None
    return session.scalar(
        update(Run)
        .where(Run.id == run_id, Run.stage == Stage.SCORE, Run.state.in_(LIVE))
        .values(shards_left=Run.shards_left - 1)
        .returning(Run.shards_left)
    )


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
