"""Simulations: asked for, watched; the workers replay what is labelled by then."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from service.actions import receipts
from service.actions.access import Caller
from service.domain import simulations as rules
from service.domain.catalogue import InputType, Strategy
from service.domain.projects import problem_of_estimator, problem_of_strategy
from service.domain.runs import RunKind, Stage
from service.domain.simulations import Asked
from service.errors import Conflict, Fault, Unacceptable
from service.runtime import Runtime
from service.store import projects, runs, simulations, training
from service.store.tables.learning import Run
from service.store.tables.pool import Project
from service.store.tables.simulations import Simulation


@dataclass(frozen=True, kw_only=True)
class SimulationView:
    """A simulation and the run that it is."""

    row: Simulation
    run: Run


def start(runtime: Runtime, caller: Caller, uid: UUID, wanted: Mapping[str, Any]) -> SimulationView:
    """Queue a run that replays the labels that there are when it starts.

    Raises:
        Conflict: one is under way, or nothing is trained here.
        Unacceptable: there are too few labels, or too much is asked.
    """
    now = runtime.now()
    with runtime.sessions.begin() as session:
        # Without a lock: who labels and who learns wait for nothing here.
        project = projects.get(session, caller.workspace_id, uid)
        asked = _asked(project, wanted)
        items, classes = training.tally(session, project)
        _check(asked, items, classes, most_rounds=runtime.settings.max_simulation_rounds)
        run = runs.queue_up(session, project.id, RunKind.SIMULATE, Stage.SIMULATE, at=now)
        if run is None:
            raise Conflict(
                "a simulation of this project is under way; wait until it is done, or cancel its "
                "run: a project has one at a time"
            )
        row = simulations.add(
            session,
            run.id,
            asked=asdict(asked),
            detail=_detail(asked, wanted["strategies"], items),
            goal=project.goal,
        )
        view = SimulationView(row=row, run=run)
        receipts.keep(session, caller, view, at=now)
    runtime.queue.start(Stage.SIMULATE, run.id)
    return view


def read(runtime: Runtime, caller: Caller, uid: UUID, run_id: UUID) -> SimulationView:
    """Get a simulation."""
    with runtime.readers() as session:
        project = projects.get(session, caller.workspace_id, uid)
        row, run = simulations.get(session, project.id, run_id)
    return SimulationView(row=row, run=run)


def list_page(
    runtime: Runtime,
    caller: Caller,
    uid: UUID,
    *,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[SimulationView]:
    """Simulations of a project, newest first."""
    with runtime.readers() as session:
        project = projects.get(session, caller.workspace_id, uid)
        found = simulations.list_for(session, project.id, before=before, limit=limit)
    return [SimulationView(row=row, run=run) for row, run in found]


def _asked(project: Project, wanted: Mapping[str, Any]) -> Asked:
    if project.input_type == InputType.SCORES:
        raise Conflict(
            "nothing is trained in a project of input.type scores, so nothing can be replayed"
        )
    asked = Asked(
        **{
            **wanted,
            "strategies": rules.with_baseline(wanted["strategies"]),
            "estimator": wanted.get("estimator") or project.estimator,
        }
    )
    if problem := problem_of_estimator(InputType(project.input_type), asked.estimator["name"]):
        fault = Fault("/estimator", problem)
        raise Unacceptable("the estimator is not acceptable", faults=[fault])
    for place, name in enumerate(asked.strategies):
        if problem := problem_of_strategy(Strategy(name), project.goal, project.classes):
            fault = Fault(f"/strategies/{place}", problem)
            raise Unacceptable("a strategy is not acceptable", faults=[fault])
    return asked


def _check(asked: Asked, items: int, classes: int, *, most_rounds: int) -> None:
    if problem := rules.problem_of_labels(asked, items=items, classes=classes):
        raise Unacceptable(problem)
    too_many = rules.problem_of_rounds(asked, items=items, most=most_rounds)
    if too_many is not None:
        field, problem = too_many
        raise Unacceptable(
            "that is more than one simulation may have (MAX_SIMULATION_ROUNDS): ask for fewer "
            "labels, seeds or strategies, or for larger batches",
            faults=[Fault(f"/{field}", problem)],
        )


def _detail(asked: Asked, named: Sequence[str], items: int) -> str | None:
    notes = []
    if len(asked.strategies) > len(named):
        notes.append("random is replayed too: it is what the others are compared with.")
    pool = items - round(asked.test_share * items)
    if pool < asked.labels:
        notes.append(
            f"{pool} items are there to choose from, so curves end before {asked.labels} labels."
        )
    return " ".join(notes) or None
