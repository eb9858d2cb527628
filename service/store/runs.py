"""Runs: inserted with what asks for them, entered under a fence, moved by condition."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from service.domain.runs import LIVE, RunKind, RunState, Stage
from service.errors import NotFound
from service.store import pages
from service.store.tables.learning import Run
from service.store.writes import Writes

# A message that nobody answered is sent again after so long.
RESEND = timedelta(seconds=10)


def get(session: Session, project_id: int, run_id: UUID) -> Run:
    """Get a run of a project.

    Raises:
        NotFound: the project has no such run.
    """
    run = session.get(Run, run_id)
    if run is None or run.project_id != project_id:
        raise NotFound(f"there is no run {run_id} in this project")
    return run


def find_live(session: Session, project_id: int, kind: RunKind) -> Run | None:
    """The run of a kind that is in flight for a project."""
    query = select(Run).where(Run.project_id == project_id, Run.kind == kind, Run.state.in_(LIVE))
    return session.scalar(query)


def queue_up(
    session: Session,
    project_id: int,
    kind: RunKind,
    stage: Stage,
    *,
    at: datetime,
    writes: Writes | None = None,
) -> Run | None:
    """Insert a run, unless one of its kind is in flight: then say so by None.

    Args:
        writes: what of the session's transaction is to be sent with it.
    """
    same = {
        "project_id": project_id,
        "kind": kind,
        "state": RunState.QUEUED,
        "stage": stage,
        "created_at": at,
        "wake_at": at + RESEND,
        "seconds": {},
    }
    # As a row and no object: most often there is one in flight, and nothing is to be made.
    each = {"id": [uuid4()]}
    added = (writes or Writes(session)).add_new(Run.__table__, same, each, answer="id")
    return session.get_one(Run, added[0]) if added else None


def list_for(
    session: Session, project_id: int, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[Run]:
    """Runs of a project, newest first."""
    query = select(Run).where(Run.project_id == project_id)
    return list(session.scalars(pages.newest_first(query, before=before, limit=limit)))


def enter(
    session: Session, run_id: UUID, stage: Stage, *, now: datetime, lease: timedelta
) -> Run | None:
    """Enter a stage: only if the run is live, at that stage, and nobody's at the moment."""
    entered = session.scalar(
        update(Run)
        .where(
            Run.id == run_id,
            Run.stage == stage,
            Run.state.in_(LIVE),
            or_(Run.lease_until.is_(None), Run.lease_until <= now),
        )
        .values(
            state=RunState.RUNNING,
            fence=Run.fence + 1,
            attempts=Run.attempts + 1,
            lease_until=now + lease,
            wake_at=now + lease,
        )
        .returning(Run)
        .execution_options(populate_existing=True)
    )
    if entered is not None:
        entered.started_at = entered.started_at or now
        entered.stage_at = entered.stage_at or now
    return entered


def find_held(session: Session, run_id: UUID, fence: int) -> Run | None:
    """The run, locked, if the stage still belongs to who entered it under this fence."""
    query = select(Run).where(Run.id == run_id, Run.fence == fence, Run.state == RunState.RUNNING)
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def renew(session: Session, run_id: UUID, fence: int, *, now: datetime, lease: timedelta) -> bool:
    """Prolong the lease of who is in the stage under this fence, until they leave it."""
    moved = (
        update(Run)
        .where(
            Run.id == run_id,
            Run.fence == fence,
            Run.state == RunState.RUNNING,
            Run.lease_until.is_not(None),
        )
        .values(lease_until=now + lease, wake_at=now + lease)
        .returning(Run.id)
    )
    return session.scalar(moved) is not None


def move(
    session: Session,
    run: Run,
    *,
    now: datetime,
    stage: Stage | None = None,
    state: RunState | None = None,
    since: datetime | None = None,
    **values: Any,
) -> bool:
    """Take a run on to its next stage or its end, on condition of its stage and fence.

    The stage took as long as since it was first entered, or since a given time. Says whether it
    happened: a second finisher changes nothing.
    """
    took = (now - (since or run.stage_at or now)).total_seconds()
    ends = state is not None and not state.is_live
    moved = session.scalar(
        update(Run)
        .where(
            Run.id == run.id,
            Run.stage == run.stage,
            Run.fence == run.fence,
            Run.state == RunState.RUNNING,
        )
        .values(
            stage=stage or run.stage,
            state=state or RunState.RUNNING,
            lease_until=None,
            wake_at=None if ends else now + RESEND,
            attempts=0,
            stage_at=now,
            finished_at=now if ends else None,
            seconds=(run.seconds or {}) | {str(run.stage): round(took, 4)},
            **values,
        )
        .returning(Run.id)
        .execution_options(synchronize_session=False)
    )
    return moved is not None


def let_go(session: Session, run_id: UUID, fence: int, *, wake_at: datetime, reason: str) -> bool:
    """Leave a stage that failed, so that it is tried again at a given time."""
    moved = (
        update(Run)
        .where(Run.id == run_id, Run.fence == fence, Run.state == RunState.RUNNING)
        .values(lease_until=None, wake_at=wake_at, reason=reason)
        .returning(Run.id)
    )
    return session.scalar(moved) is not None


def stop(session: Session, run_id: UUID, state: RunState, *, now: datetime, reason: str) -> bool:
    """End a live run from outside its stages: cancelled or failed."""
    moved = (
        update(Run)
        .where(Run.id == run_id, Run.state.in_(LIVE))
        .values(state=state, reason=reason, lease_until=None, wake_at=None, finished_at=now)
        .returning(Run.id)
    )
    return session.scalar(moved) is not None
