"""Parts of uploads: planned, given positions, and waited for by who encodes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, insert, select, update
from sqlalchemy.orm import Session

from service.domain.runs import LIVE, RunState, Stage
from service.store.runs import RESEND
from service.store.tables.learning import Run
from service.store.tables.pool import Project
from service.store.tables.uploads import Part


def add_many(session: Session, run_id: UUID, rows: Sequence[dict[str, Any]], at: datetime) -> None:
    """Write down how an upload is taken in."""
    session.execute(
        insert(Part), [{"run_id": run_id, "wake_at": at + RESEND, **row} for row in rows]
    )


def list_for(session: Session, run_id: UUID) -> list[Part]:
    """Parts of an upload, in order of rows."""
    return list(session.scalars(select(Part).where(Part.run_id == run_id).order_by(Part.number)))


def reserve(session: Session, rows: Sequence[dict[str, Any]], *, at: datetime) -> None:
    """Give parts their positions; those that have any are to be written now."""
    same = {"lease_until": None, "attempts": 0}
    session.execute(
        update(Part),
        [row | same | {"is_done": row["fresh"] == 0, "wake_at": at + RESEND} for row in rows],
    )  # by primary key


def is_held(session: Session, part: Part) -> bool:
    """Whether a part is still to be written by who entered it at this attempt."""
    query = (
        select(Part.number)
        .join(Run, Run.id == Part.run_id)
        .where(
            Part.run_id == part.run_id,
            Part.number == part.number,
            Part.attempts == part.attempts,
            Part.is_done.is_(False),
            Run.stage == Stage.WRITE,
            Run.state.in_(LIVE),
        )
    )
    return session.scalar(query) is not None


def reserved_from(session: Session, project: Project) -> list[tuple[Part, RunState]]:
    """Parts with positions that are not in shards yet, in their order, and how their runs stand."""
    query = _reserved(project).with_only_columns(Part, Run.state)
    return [(part, RunState(state)) for part, state in session.execute(query)]


def ready_until(session: Session, project: Project) -> int:
    """Up to which position all is written that ever will be."""
    waited_for = _reserved(project).where(Run.state.in_(LIVE), Part.is_done.is_(False))
    first = session.scalar(waited_for.limit(1))
    return project.next_position if first is None else first.first_position or 0


def _reserved(project: Project) -> Select[Any]:
    return (
        select(Part)
        .join(Run, Run.id == Part.run_id)
        .where(
            Run.project_id == project.id,
            Part.fresh > 0,
            Part.first_position + Part.fresh > project.encoded,
        )
        .order_by(Part.first_position)
    )
