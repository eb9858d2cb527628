"""What the sweep watches: runs, but for those that it leaves to their pieces, or to a time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from service.domain.runs import RunState, Stage
from service.store.pieces import ALL
from service.store.tables.learning import Run


def leave_to_pieces(session: Session, run_id: UUID) -> None:
    """Watch a run no more: from here on its pieces are, each by itself.

    A message of the run that comes twice is no failed attempt.
    """
    session.execute(
        update(Run)
        .where(Run.id == run_id)
        .values(lease_until=None, wake_at=None, attempts=0)
        .execution_options(synchronize_session=False)
    )


def put_off(session: Session, run_id: UUID, *, wake_at: datetime) -> None:
    """Leave a stage that cannot begin yet; that was no failed attempt."""
    session.execute(
        update(Run)
        .where(Run.id == run_id, Run.state == RunState.RUNNING)
        .values(lease_until=None, wake_at=wake_at, attempts=0)
        .execution_options(synchronize_session=False)
    )


def is_any_stalled(session: Session, *, now: datetime) -> bool:
    """Whether a piece of any stage waits for its message to be sent again."""
    return any(each.is_any_stalled(session, now=now) for each in ALL)


def list_stalled(
    session: Session, *, now: datetime, limit: int
) -> list[tuple[Stage, tuple[UUID, int]]]:
    """Messages that are to be sent again; their next time is put off."""
    return [
        (each.stage, ids)
        for each in ALL
        for ids in each.list_stalled(session, now=now, limit=limit)
    ]
