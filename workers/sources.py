"""What an order of a pool is made from: read from the database and the blobs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session

from service.runtime import Runtime
from service.store import masks, projects, shards, training
from service.store.tables.learning import Run, RunShard
from service.store.tables.pool import Project, Shard
from workers import situations
from workers.learning.arrays import Flags, Ints
from workers.learning.rules import Rule
from workers.ordering import Candidates
from workers.pool import features, measured, predicted
from workers.stages import Superseded

LEAST_STORED, STORED_BATCHES = 4_000, 20


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is to be ordered, and by which rule."""

    project: Project
    run_shards: Sequence[RunShard]
    """Scored shards; none before there is a version."""
    shards: Sequence[Shard]
    rule: Rule

    @property
    def stored(self) -> int:
        """How much of an order becomes rows."""
        return max(LEAST_STORED, STORED_BATCHES * self.rule.batch_size)

    @property
    def stretches(self) -> Sequence[Shard | RunShard]:
        """The shards that the order is of."""
        return self.run_shards or self.shards

    @property
    def end(self) -> int:
        """Positions below it are in the shards that the order is of."""
        last = self.stretches[-1] if self.stretches else None
        return last.first_position + last.rows if last else 0

    def rng(self) -> np.random.Generator:
        """Chance for one ranking, every time the same."""
        return np.random.default_rng([self.project.seed, self.project.ranking_count])


def load(session: Session, run: Run, run_shards: Sequence[RunShard] = (), *, at: datetime) -> Task:
    """Read what a run is to order; `run_shards` are those that it scored.

    Raises:
        Superseded: the project is gone.
    """
    project = projects.find_live(session, run.project_id)
    if project is None:
        raise Superseded
    return Task(
        project=project,
        run_shards=run_shards,
        shards=shards.list_for(session, project.id),
        rule=situations.rule_of(session, project, run, at=at),
    )


def free_among(runtime: Runtime, task: Task, positions: Ints) -> Flags:
    """Which of some items a strategy may offer: bool[n]."""
    with runtime.readers() as session:
        offered = masks.free_among(session, task.project, positions.tolist())
    return np.isin(positions, np.fromiter(offered, np.int64, len(offered)))


def all_free(runtime: Runtime, task: Task) -> Flags:
    """Which of all items a strategy may offer: bool, by position."""
    with runtime.readers() as session:
        closed = np.array(masks.closed_positions(session, task.project), dtype=np.int64)
    is_free = np.ones(task.end, dtype=bool)
    is_free[closed[closed < task.end]] = False
    return is_free


def orders_of(runtime: Runtime, task: Task) -> list[Path]:
    """The orders of the scored shards."""
    return [runtime.blobs.path(shard.scores or "") for shard in task.run_shards]


def second_orders_of(runtime: Runtime, task: Task) -> list[Path]:
    """Their orders by the rule's second scorer."""
    return [runtime.blobs.path(shard.second or "") for shard in task.run_shards]


def classes_of(runtime: Runtime, task: Task, positions: Ints) -> Ints:
    """Predicted classes of items in scored shards."""
    return predicted.classes(runtime.blobs, task.run_shards, positions)


def candidates(runtime: Runtime, task: Task, positions: Ints) -> Candidates:
    """Items that may be offered, with features and, if that matters, what is labelled already."""
    project, labelled = task.project, np.zeros(0, np.int64)
    if task.rule.looks_at_labelled:
        with runtime.readers() as session:
            labelled = np.unique(training.positions(session, project)).astype(np.int64)
    return Candidates(
        positions=positions,
        labelled=labelled[labelled < task.end],
        features=lambda wanted: features.take(runtime.blobs, task.stretches, wanted),
        moments=measured.read(runtime.blobs, task.shards),
        seed=project.seed,
        rng=task.rng(),
    )
