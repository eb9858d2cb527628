"""Reports of projects: read by whoever asks, asked for behind rankings, replaced whole."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import literal_column, select
from sqlalchemy.orm import Session

from service.domain.audit import MOST_RESERVED
from service.domain.items import ItemState
from service.domain.runs import RunKind, Stage
from service.store import runs
from service.store.tables.learning import Run, Version
from service.store.tables.pool import Item, Project
from service.store.tables.reports import Audited, Report

MOST_PENDING = 20_000
"""Open items of the reserve that are read: all of a pool of a million, the first of more."""


def find(session: Session, project_id: int) -> Report | None:
    """The report of a project, if it has one yet."""
    return session.get(Report, project_id)


def put(session: Session, report: Report) -> None:
    """Write a report in the place of the one before."""
    session.merge(report)
    session.flush()


def queue_up(session: Session, project: Project, *, at: datetime) -> Run | None:
    """Queue a run that writes the report anew, unless one is in flight or there is no version."""
    if project.version_id is None:
        return None
    return runs.queue_up(session, project.id, RunKind.REPORT, Stage.REPORT, at=at)


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
