"""Uploads: added with their runs, shown with them, and undone where a run did not end well."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from service.domain.runs import LIVE, RunState, Stage
from service.store.runs import RESEND
from service.store.tables.learning import Run
from service.store.tables.uploads import Part, Upload

_BROKEN_OFF = (RunState.FAILED, RunState.CANCELLED)


def add(session: Session, run_id: UUID, *, blob: str, media_type: str) -> Upload:
    """Add what a run takes in."""
    upload = Upload(run_id=run_id, blob=blob, media_type=media_type)
    session.add(upload)
    session.flush()
    return upload


def find_many(session: Session, run_ids: Iterable[UUID]) -> dict[UUID, Upload]:
    """Uploads by run; runs of another kind have none."""
    query = select(Upload).where(Upload.run_id.in_(list(run_ids)))
    return {upload.run_id: upload for upload in session.scalars(query)}


def find_run_at(session: Session, project_id: int, stage: Stage) -> Run | None:
    """A run of a project that is in flight at a stage."""
    query = select(Run).where(Run.project_id == project_id, Run.stage == stage, Run.state.in_(LIVE))
    return session.scalar(query.limit(1))


def first_reserved(session: Session, project_id: int) -> int | None:
    """From where on positions of a project are kept for an upload, if any are.

    Items there may still be taken away: who looks for what is registered waits until they stay.
    """
    query = (
        select(func.min(Part.first_position))
        .join(Upload, Upload.run_id == Part.run_id)
        .join(Run, Run.id == Upload.run_id)
        .where(Run.project_id == project_id, Upload.is_reserving)
    )
    return session.scalar(query)


def is_any_left_behind(session: Session, *, now: datetime) -> bool:
    """Whether `list_left_behind` would find one."""
    return session.scalar(_left_behind(now).limit(1)) is not None


def list_left_behind(session: Session, *, now: datetime, limit: int) -> list[UUID]:
    """Runs that broke off and left something in the pool; their next time is put off."""
    query = _left_behind(now).limit(limit).with_for_update(of=Upload, skip_locked=True)
    found = list(session.scalars(query))
    for upload in found:
        upload.wake_at = now + RESEND
    return [upload.run_id for upload in found]


def _left_behind(now: datetime) -> Select[Upload]:
    return (
        select(Upload)
        .join(Run, Run.id == Upload.run_id)
        .where(
            Upload.is_reserving,
            Run.state.in_(_BROKEN_OFF),
            or_(Upload.wake_at.is_(None), Upload.wake_at <= now),
        )
    )
