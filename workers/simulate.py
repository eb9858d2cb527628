"""A labelled project replayed under strategies and seeds, to see what each would have saved."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import numpy as np
import structlog
from sqlalchemy.orm import Session

from service.domain import simulations as rules
from service.domain.runs import RunState, Stage
from service.domain.simulations import Asked, Origin
from service.runtime import Runtime
from service.store import projects, runs, shards, simulations, training, watches
from service.store.pieces import REPLAYED
from service.store.tables.learning import Run
from service.store.tables.pool import Project, Shard
from service.store.tables.simulations import Replay, Simulation
from workers import asking, replays
from workers.asking import Pool
from workers.learning import comparisons, consensus
from workers.learning.arrays import Ints
from workers.learning.curves import Curve
from workers.pool import features, frozen, measured
from workers.pool.frozen import Frozen, Labelled
from workers.stages import Hopeless, Message, Superseded

log = structlog.get_logger(__name__)

UNDER_WAY = 32
"""Replays of a simulation whose messages are sent; each that ends sends another."""
LOOK_EVERY = timedelta(seconds=1)
"""Between two looks whether a replay is still asked for."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Truth:
    """What is known of a project: labelled items int64[n] ascending, and their classes."""

    project: Project
    shards: Sequence[Shard]
    positions: Ints
    values: Ints
    reserved: int


def fan_out(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Freeze the labels of this moment, and send the first replays."""
    with runtime.readers() as session:
        simulation = session.get_one(Simulation, run.id)
    asked, fresh = rules.asked_of(simulation.asked), None
    if simulation.features is None:
        truth = _load(runtime, run)
        classes = len(np.unique(truth.values))
        problem = rules.problem_of_labels(asked, items=len(truth.positions), classes=classes)
        if problem is not None:
            return _hold_back(runtime, run, problem)
        fresh = (truth, _freeze(runtime, truth))
    now = runtime.now()
    with runtime.sessions.begin() as session:
        held = _held(session, run)
        if fresh is not None:
            _write_down(session, held, asked, *fresh)
        numbers = simulations.admit(session, run.id, UNDER_WAY, at=now)
        watches.leave_to_pieces(session, run.id)
    log.info("fanned out", run=str(run.id), replays=held.shards)
    return [(Stage.SIMULATE, (run.id, number)) for number in numbers]


def run_replay(runtime: Runtime, replay: Replay) -> Sequence[Message]:
    """Replay one strategy under one seed; who ends the last one compares them all."""
    with runtime.readers() as session:
        simulation = session.get_one(Simulation, replay.run_id)
    asked = rules.asked_of(simulation.asked)
    plan = asking.plan_of(asked, strategy=replay.strategy, seed=replay.seed, goal=simulation.goal)
    pool = _pool(runtime, simulation)
    try:
        curve = replays.replay(pool, plan, told=_look_up(runtime, replay))
    except ValueError as error:  # the same again with the same labels
        reason = f"{replay.strategy} cannot be replayed under seed {replay.seed}: {error}"
        raise Hopeless(reason) from error
    return _save(runtime, replay, asked, curve)


def _load(runtime: Runtime, run: Run) -> _Truth:
    with runtime.readers() as session:
        project = projects.find_live(session, run.project_id)
        if project is None:
            raise Superseded
        rows = training.known_rows(session, project)
        found = shards.list_for(session, project.id)
        reserved = training.count_reserved(session, project)
    resolved = consensus.of_rows(rows)
    known = resolved.items < project.encoded  # the others have no features yet
    return _Truth(
        project=project,
        shards=found,
        positions=resolved.items[known],
        values=resolved.labels[known],
        reserved=reserved,
    )


def _freeze(runtime: Runtime, truth: _Truth) -> Frozen:
    labelled = Labelled(
        features=features.take(runtime.blobs, truth.shards, truth.positions),
        labels=truth.values,
        moments=measured.read(runtime.blobs, truth.shards),
    )
    return frozen.freeze(runtime.blobs, labelled)


def _hold_back(runtime: Runtime, run: Run, reason: str) -> Sequence[Message]:
    with runtime.sessions.begin() as session:
        held = _held(session, run)
        runs.move(session, held, now=runtime.now(), state=RunState.HELD, reason=reason)
    log.info("held", run=str(run.id), reason=reason)
    return []


def _held(session: Session, run: Run) -> Run:
    """The run, locked; the project is left to those who learn.

    Raises:
        Superseded: the run is not under this fence any more, or the project is gone.
    """
    held = runs.find_held(session, run.id, run.fence)
    if held is None or projects.find_live(session, run.project_id) is None:
        raise Superseded
    return held


def _write_down(session: Session, run: Run, asked: Asked, truth: _Truth, kept: Frozen) -> None:
    simulation = session.get_one(Simulation, run.id)
    origin = Origin(
        items=len(truth.positions), reserved=truth.reserved, registered=truth.project.item_count
    )
    simulation.classes, simulation.origin = list(truth.project.classes), asdict(origin)
    simulation.features, simulation.labels = kept.features, kept.labels
    simulation.moments = kept.moments
    simulations.add_replays(session, run.id, asked.replays())
    run.shards = run.shards_left = len(asked.replays())
    session.flush()


def _pool(runtime: Runtime, simulation: Simulation) -> Pool:
    kept = Frozen(
        features=simulation.features or "",
        labels=simulation.labels or "",
        moments=simulation.moments or "",
    )
    labelled = frozen.read(runtime.blobs, kept)
    return Pool(**vars(labelled), classes=simulation.classes or ())


def _look_up(runtime: Runtime, replay: Replay) -> Callable[[float], None]:
    """What a replay calls after every round: it ends there if nobody asks for it any more."""
    looked: list[datetime] = []

    def look(_: float) -> None:
        now = runtime.now()
        if looked and now - looked[-1] < LOOK_EVERY:
            return
        looked.append(now)
        with runtime.readers() as session:
            if not simulations.is_held(session, replay):
                raise Superseded

    return look


def _save(runtime: Runtime, replay: Replay, asked: Asked, curve: Curve) -> Sequence[Message]:
    now, run_id = runtime.now(), replay.run_id
    with runtime.sessions.begin() as session:
        left = REPLAYED.finish(
            session, run_id, replay.number, attempt=replay.attempts, curve=asdict(curve)
        )
        if left is None:
            return []
        if left:
            numbers = simulations.admit(session, run_id, 1, at=now)
            return [(Stage.SIMULATE, (run_id, number)) for number in numbers]
        simulation = session.get_one(Simulation, run_id)
        done = [Curve(**(each.curve or {})) for each in simulations.replays_of(session, run_id)]
        found = comparisons.outcome(asked, Origin(**(simulation.origin or {})), done)
        simulation.result = asdict(found)
        run = session.get_one(Run, run_id, populate_existing=True)
        runs.move(session, run, now=now, state=RunState.DONE, reason=None)
    log.info("simulated", run=str(run_id), replays=run.shards)
    return []
