"""Whose turn it is to look for work that is due: a conditional update of one row."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from service.store import projects, statistics, uploads, watches
from service.store.conflicts import insert_new
from service.store.tables.learning import Sweep

_ONLY = 1


def is_due(session: Session, *, now: datetime, prune_every: timedelta) -> bool:
    """Say whether a sweep would find anything, without writing."""
    row = session.get(Sweep, _ONLY)
    if row is None or now - row.pruned_at >= prune_every:
        return True
    return (
        watches.is_any_stalled(session, now=now)
        or uploads.is_any_left_behind(session, now=now)
        or bool(projects.list_due(session, now=now, limit=1))
        or bool(statistics.outdated(session))
    )


def take_turn(session: Session, *, now: datetime, pause: timedelta) -> bool:
    """Say whether this process sweeps now; of several that ask at once one does."""
    first = {"id": _ONLY, "swept_at": now - 2 * pause, "pruned_at": now}
    session.execute(insert_new(session, Sweep), [first])
    moved = (
        update(Sweep)
        .where(Sweep.id == _ONLY, Sweep.swept_at <= now - pause)
        .values(swept_at=now)
        .returning(Sweep.id)
    )
    return session.scalar(moved) is not None


def take_prune(session: Session, *, now: datetime, pause: timedelta) -> bool:
    """Say whether this process prunes now."""
    moved = (
        update(Sweep)
        .where(Sweep.id == _ONLY, Sweep.pruned_at <= now - pause)
        .values(pruned_at=now)
        .returning(Sweep.id)
    )
    return session.scalar(moved) is not None
