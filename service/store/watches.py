"""What the sweep watches: runs, but for those that it leaves to their pieces, or to a time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from service.domain.runs import LIVE, RunState, Stage
from service.store import runs
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
    """Whether `list_stalled` would find one."""
    is_run = session.scalar(_stalled(now).limit(1)) is not None
    return is_run or any(each.is_any_stalled(session, now=now) for each in ALL)


def list_stalled(
    session: Session, *, now: datetime, limit: int
) -> list[tuple[Stage, tuple[object, ...]]]:
    """Messages of live runs and of pieces that are to be sent again; their next time is put off."""
    query = _stalled(now).order_by(Run.wake_at).limit(limit).with_for_update(skip_locked=True)
    found = list(session.scalars(query))
    for run in found:
        run.wake_at = now + runs.RESEND
    return [
        *((Stage(run.stage), (run.id,)) for run in found),
        *(
            (each.stage, ids)
            for each in ALL
            for ids in each.list_stalled(session, now=now, limit=limit)
        ),
    ]


def _stalled(now: datetime) -> Select[Run]:
    return select(Run).where(Run.state.in_(LIVE), Run.wake_at <= now)
