"""Simulations: added with their runs, listed, and the replays that they consist of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from service.domain.runs import LIVE
from service.errors import NotFound
from service.store import pages
from service.store.pieces import REPLAYED
from service.store.tables.learning import Run
from service.store.tables.simulations import Replay, Simulation


def add(session: Session, run_id: UUID, **fields: Any) -> Simulation:
    """Add what a run replays."""
    simulation = Simulation(run_id=run_id, **fields)
    session.add(simulation)
    session.flush()
    return simulation


def get(session: Session, project_id: int, run_id: UUID) -> tuple[Simulation, Run]:
    """Get a simulation of a project, with its run.

    Raises:
        NotFound: the project has no such simulation.
    """
    query = select(Simulation, Run).join(Run, Run.id == Simulation.run_id)
    row = session.execute(query.where(Run.id == run_id, Run.project_id == project_id)).first()
    if row is None:
        raise NotFound(f"there is no simulation {run_id} in this project")
    return row[0], row[1]


def list_for(
    session: Session, project_id: int, *, before: tuple[datetime, UUID] | None, limit: int
) -> list[tuple[Simulation, Run]]:
    """Simulations of a project with their runs, newest first."""
    query = (
        select(Simulation, Run)
        .join(Run, Run.id == Simulation.run_id)
        .where(Run.project_id == project_id)
    )
    found = session.execute(pages.newest_first(query, before=before, limit=limit))
    return [(simulation, run) for simulation, run in found]


def add_replays(session: Session, run_id: UUID, replays: Sequence[tuple[str, int]]) -> None:
    """Write down the replays of a simulation, strategy and seed of each; none is sent yet."""
    rows = [
        {"run_id": run_id, "number": number, "strategy": strategy, "seed": seed}
        for number, (strategy, seed) in enumerate(replays)
    ]
    session.execute(insert(Replay), rows)


def replays_of(session: Session, run_id: UUID) -> list[Replay]:
    """Replays of a simulation, in order of their numbers."""
    query = select(Replay).where(Replay.run_id == run_id).order_by(Replay.number)
    return list(session.scalars(query))


def admit(session: Session, run_id: UUID, count: int, *, at: datetime) -> list[int]:
    """Choose the next replays to be sent: from here on they are watched."""
    waiting = (
        select(Replay.number)
        .where(Replay.run_id == run_id, Replay.is_done.is_(False), Replay.wake_at.is_(None))
        .order_by(Replay.number)
        .limit(count)
        .with_for_update(skip_locked=True)
    )
    numbers = list(session.scalars(waiting))
    session.execute(
        update(Replay)
        .where(Replay.run_id == run_id, Replay.number.in_(numbers))
        .values(wake_at=at + REPLAYED.resend)
        .execution_options(synchronize_session=False)
    )
    return numbers


def is_held(session: Session, replay: Replay) -> bool:
    """Whether a replay is still to be done by who entered it at this attempt."""
    query = (
        select(Replay.number)
        .join(Run, Run.id == Replay.run_id)
        .where(
            Replay.run_id == replay.run_id,
            Replay.number == replay.number,
            Replay.attempts == replay.attempts,
            Replay.is_done.is_(False),
            Run.state.in_(LIVE),
        )
    )
    return session.scalar(query) is not None
