"""How cycles begin and end; whoever calls has locked the project row."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain import policy
from service.domain.catalogue import InputType
from service.domain.runs import LIVE, RunKind, RunState, Stage
from service.store import runs
from service.store.tables.learning import Run
from service.store.tables.pool import Project
from service.store.writes import Writes


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a cycle ended, and the one that follows it if one is due."""

    happened: bool
    follow_up: Run | None = None


def queue_if_due(session: Session, project: Project, *, at: datetime) -> Run | None:
    """Queue a cycle if the labels that none has seen ask for it and none is in flight."""
    return queue_cycle(session, project, Stage.RETRAIN, at=at) if note_due(project, at) else None


def note_due(project: Project, at: datetime) -> bool:
    """Say whether labels ask for a cycle by now; if not, note when they will."""
    is_now = is_due(project, at)
    project.due_at = None if is_now else _due_at(project)
    return is_now


def is_due(project: Project, at: datetime, *, events: int | None = None) -> bool:
    """Whether labels ask for a cycle: those of all events, or as if there were so many by now."""
    if project.input_type == InputType.SCORES:
        return False
    return project.retrain_asked or policy.is_cycle_due(
        labels_since=(events or project.label_events) - project.events_used,
        labels=project.label_count,
        min_labels=project.min_labels,
        share=project.retrain_share,
        oldest_at=project.oldest_unused_at,
        max_wait_seconds=project.max_wait_seconds,
        now=at,
    )


def queue_rerank(session: Session, project: Project, *, at: datetime) -> Run | None:
    """Queue a new ranking without training; one in flight will be followed by it."""
    project.pool_changes += 1
    return queue_cycle(session, project, without_training(project), at=at)


def queue_cycle(
    session: Session, project: Project, stage: Stage, *, at: datetime, writes: Writes | None = None
) -> Run | None:
    """Queue a cycle that starts at a stage, unless one is in flight; what waits is sent with it."""
    run = runs.queue_up(session, project.id, RunKind.CYCLE, stage, at=at, writes=writes)
    if run is not None:
        run.changes_seen = project.pool_changes
    return run


def look_at_labels(run: Run, project: Project) -> None:
    """Write down up to which label event a run has looked."""
    run.oldest_before = run.oldest_before or project.oldest_unused_at
    run.events_seen = project.label_events
    project.oldest_unused_at = None
    project.due_at = None
    project.retrain_asked = False


def end(
    session: Session,
    run: Run,
    project: Project,
    *,
    state: RunState,
    reason: str | None,
    at: datetime,
) -> Ended:
    """End a cycle that did its work; labels that came meanwhile get the next one."""
    if not runs.move(session, run, now=at, state=state, reason=reason):
        return Ended(happened=False)
    if run.events_seen is not None:
        project.events_used = max(project.events_used, run.events_seen)
    follow_up = queue_if_due(session, project, at=at)
    if follow_up is None and project.pool_changes > run.changes_seen:
        follow_up = queue_cycle(session, project, without_training(project), at=at)
    return Ended(happened=True, follow_up=follow_up)


def cancel(session: Session, run: Run, project: Project, *, at: datetime, reason: str) -> bool:
    """Cancel a live run; its labels count again, and wait anew."""
    if not runs.stop(session, run.id, RunState.CANCELLED, now=at, reason=reason):
        return False
    if run.kind == RunKind.CYCLE and project.label_events > project.events_used:
        project.oldest_unused_at = at
        project.due_at = _due_at(project)
    return True


def cancel_all(session: Session, project: Project, *, at: datetime, reason: str) -> None:
    """Cancel whatever is in flight for a project."""
    live = select(Run).where(Run.project_id == project.id, Run.state.in_(LIVE))
    for run in session.scalars(live).all():
        cancel(session, run, project, at=at, reason=reason)


def fail(session: Session, run: Run, project: Project, *, at: datetime, reason: str) -> Run | None:
    """Give up a live run; answer the one that follows if the pool has changed meanwhile.

    Labels that came after it had looked wait their time for a cycle. Those that it failed on wait
    for another label: else it would fail on them for ever.
    """
    if not runs.stop(session, run.id, RunState.FAILED, now=at, reason=reason):
        return None
    if run.kind != RunKind.CYCLE:
        return None
    project.due_at = project.due_at or _due_at(project)
    if project.pool_changes <= run.changes_seen:
        return None
    return queue_cycle(session, project, without_training(project), at=at)


def _due_at(project: Project) -> datetime | None:
    if project.oldest_unused_at is None or project.input_type == InputType.SCORES:
        return None
    return project.oldest_unused_at + timedelta(seconds=project.max_wait_seconds)


def without_training(project: Project) -> Stage:
    """Where a cycle begins that trains nothing; a project that nothing is trained for has only
    such ones, and its versions are there before they are in use."""
    is_brought = project.input_type == InputType.SCORES and project.version_count > 0
    return Stage.SCORE if project.version_id is not None or is_brought else Stage.RANK
