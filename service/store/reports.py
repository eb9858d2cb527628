"""Reports of projects: read by whoever asks, asked for behind rankings, replaced whole."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import literal_column, select
from sqlalchemy.orm import Session

from service.domain.audit import MOST_RESERVED
from service.domain.items import ItemState
from service.domain.runs import RunKind, RunState, Stage
from service.store import runs
from service.store.tables.learning import Run, Version
from service.store.tables.pool import Item, Project
from service.store.tables.reports import Audited, Report

MOST_PENDING = 20_000
"""Open items of the reserve that are read: all of a pool of a million, the first of more."""
REST = 4.0
"""What follows a report before the next, in its own time: a fifth of one worker at most."""
MOST_REST = timedelta(minutes=5)
"""However long it took."""


def find(session: Session, project_id: int) -> Report | None:
    """The report of a project, if it has one yet."""
    return session.get(Report, project_id)


def put(session: Session, report: Report) -> None:
    """Write a report in the place of the one before."""
    session.merge(report)
    session.flush()


def queue_up(session: Session, project: Project, *, at: datetime) -> Run | None:
    """Queue a run that writes the report anew, unless one is in flight or there is no version.

    Answers a run that can begin now. One that has to rest is found by the sweep when it is due.
    """
    if project.version_id is None:
        return None
    run = runs.queue_up(session, project.id, RunKind.REPORT, Stage.REPORT, at=at)
    if run is None:
        return None
    due = _rested(session, project.id)
    if due is None or due <= at:
        return run
    run.wake_at = due
    return None


def _rested(session: Session, project_id: int) -> datetime | None:
    """When a worker that wrote the last report may write the next."""
    last = (
        select(Run.finished_at, Run.seconds)
        .where(
            Run.project_id == project_id,
            Run.kind == RunKind.REPORT,
            Run.state == RunState.DONE,
        )
        .order_by(Run.created_at.desc())
        .limit(1)
    )
    row = session.execute(last).one_or_none()
    if row is None or row.finished_at is None:
        return None
    took = (row.seconds or {}).get(str(Stage.REPORT), 0.0)
    finished: datetime = row.finished_at
    return finished + min(timedelta(seconds=REST * took), MOST_REST)


def keep_said(session: Session, version_id: int, *, said: str, population: int) -> None:
    """Keep what a version says of the audit reserve, in the place of what it said before."""
    session.merge(Audited(version_id=version_id, said=said, population=population))


def audited(session: Session, project_id: int) -> Sequence[tuple[Audited, Version]]:
    """Versions whose words on the audit reserve are kept, oldest first."""
    query = (
        select(Audited, Version)
        .join(Version, Version.id == Audited.version_id)
        .where(Version.project_id == project_id)
        .order_by(Version.number)
    )
    return [(audited, version) for audited, version in session.execute(query)]


def reserve(session: Session, project: Project) -> list[Any]:
    """Items of the audit reserve in the audit order: position, state, skips, draw.

    By the indexes on what is open and on what is not; as far as the first `MOST_PENDING` open
    ones, of which the rest of a large reserve differs by chance alone.
    """
    columns = (Item.position, Item.state, Item.skips, Item.audit_draw)
    reserved = (Item.project_id == project.id, Item.audit_draw < project.audit_threshold)
    is_open = select(*columns).where(
        *reserved,
        Item.state == literal_column("'open'"),
        Item.audit_draw < literal_column(str(MOST_RESERVED)),
    )
    is_not = select(*columns).where(
        *reserved, Item.state != literal_column("'open'"), Item.state != ItemState.DELETED
    )
    pending = list(session.execute(is_open.order_by(Item.audit_draw).limit(MOST_PENDING)))
    end = pending[-1].audit_draw if len(pending) == MOST_PENDING else project.audit_threshold
    rows = [*pending, *(row for row in session.execute(is_not) if row.audit_draw <= end)]
    return sorted(rows, key=lambda row: (row.audit_draw, row.position))
