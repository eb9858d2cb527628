"""Totals over all projects."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.domain.runs import LIVE
from service.store.tables.labelling import Lease
from service.store.tables.learning import Run
from service.store.tables.pool import Project


def runs_in_flight(session: Session) -> tuple[dict[tuple[str, str], int], datetime | None]:
    """Runs in flight by kind and state, and when the oldest was made."""
    query = (
        select(Run.kind, Run.state, func.count(), func.min(Run.created_at))
        .where(Run.state.in_(LIVE))
        .group_by(Run.kind, Run.state)
    )
    counts, oldest = {}, None
    for kind, state, number, at in session.execute(query):
        counts[str(kind), str(state)] = number
        oldest = at if oldest is None else min(oldest, at)
    return counts, oldest


def labels(session: Session) -> tuple[int, int]:
    """Current labels, and label events that no finished cycle has used."""
    query = select(
        func.coalesce(func.sum(Project.label_count), 0),
        func.coalesce(func.sum(Project.label_events - Project.events_used), 0),
    ).where(Project.deleted_at.is_(None))
    current, waiting = session.execute(query).one()
    return int(current), int(waiting)


def leases(session: Session, *, now: datetime) -> int:
    """Leases that are open now."""
    query = select(func.count()).where(Lease.state == "open", Lease.expires_at > now)
    return session.scalar(query) or 0
