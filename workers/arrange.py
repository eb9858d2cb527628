"""A pool into an order: reads what the project's strategy needs, and applies it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from service.domain.catalogue import InputType, Reason, Strategy
from service.runtime import Runtime
from service.store import masks
from service.store.tables.learning import RunShard
from service.store.tables.pool import Project, Shard
from workers import ordering
from workers.brought import has_features
from workers.learning import selection
from workers.learning.arrays import Ints
from workers.learning.selection import Ranked
from workers.ordering import Candidates, Ordered
from workers.pool import features, measured, orders
from workers.pool.orders import Head

LEAST_FIRST = 1_000


@dataclass(frozen=True, kw_only=True)
class Task:
    """What is to be ordered."""

    project: Project
    run_shards: Sequence[RunShard]
    """Scored shards; none before there is a version."""
    shards: Sequence[Shard]
    batch_size: int

    @property
    def stretches(self) -> Sequence[Shard | RunShard]:
        """The shards that the order is of."""
        return self.run_shards or self.shards


@dataclass(frozen=True, kw_only=True)
class Arranged:
    """An order. It is whole, or goes on behind what is `taken` of the scored shards."""

    ordered: Ordered
    depth: int
    taken: list[int] | None = None


def arrange(runtime: Runtime, task: Task) -> Arranged:
    """Order the pool by the project's strategy."""
    if task.run_shards and task.project.strategy != Strategy.DIVERSE:
        return _by_scores(runtime, task)
    return _by_items(runtime, task)


def further(runtime: Runtime, task: Task, taken: Sequence[int], count: int) -> Head:
    """Go on with an order by scores; what is answered by now is left to who hands out."""
    return orders.merged(
        _orders(runtime, task),
        seed=task.project.seed,
        count=count,
        free=lambda positions: np.ones(len(positions), dtype=bool),
        taken=taken,
    )


def _by_scores(runtime: Runtime, task: Task) -> Arranged:
    """Merge the orders of the shards, as far as a diverse head needs; the rest can wait."""
    project = task.project

    def free(positions: Ints) -> npt.NDArray[np.bool_]:
        with runtime.readers() as session:
            offered = masks.free_among(session, project, positions.tolist())
        return np.isin(positions, np.fromiter(offered, np.int64, len(offered)))

    count = max(LEAST_FIRST, 2 * ordering.shortlist(task.batch_size))
    head = orders.merged(_orders(runtime, task), seed=project.seed, count=count, free=free)
    strategy = Strategy(project.strategy)
    ordered = Ordered(ranked=head.ranked, strategy=str(strategy), reason=Reason.STRATEGY)
    if strategy is Strategy.AUTO and len(head.ranked.positions) and has_features(project):
        pool = _candidates(runtime, task, head.ranked.positions, labelled=[])
        ordered = ordering.diversified(pool, head.ranked, batch_size=task.batch_size)
    depth = sum(shard.rows for shard in task.run_shards)
    return Arranged(ordered=ordered, depth=depth, taken=head.taken)


def _by_items(runtime: Runtime, task: Task) -> Arranged:
    """Order all items by what they are: before there is a version, or on request."""
    project = task.project
    end = task.stretches[-1].first_position + task.stretches[-1].rows if task.stretches else 0
    with runtime.readers() as session:
        closed = np.array(masks.closed_positions(session, project), dtype=np.int64)
        labelled = masks.labelled_positions(session, project)
    is_free = np.ones(end, dtype=bool)
    is_free[closed[closed < end]] = False
    positions: Ints = np.flatnonzero(is_free).astype(np.int64)
    if len(positions) == 0:
        empty = Ranked(positions=positions, scores=np.zeros(0))
        ordered = Ordered(ranked=empty, strategy=str(project.strategy), reason=Reason.STRATEGY)
        return Arranged(ordered=ordered, depth=0)
    pool = _candidates(runtime, task, positions, labelled=[n for n in labelled if n < end])
    reason = Reason.STRATEGY if task.run_shards else Reason.COLD_START
    if project.strategy == Strategy.RANDOM or not has_features(project):
        draws = selection.draws(project.seed + project.ranking_count, positions)
        ordered = replace(ordering.by_score(pool, draws, Strategy.RANDOM), reason=reason)
    else:
        ordered = ordering.by_diversity(pool, reason=reason)
    return Arranged(ordered=ordered, depth=len(positions))


def _orders(runtime: Runtime, task: Task) -> list[Path]:
    return [runtime.blobs.path(shard.scores or "") for shard in task.run_shards]


def _candidates(
    runtime: Runtime, task: Task, positions: Ints, *, labelled: Sequence[int]
) -> Candidates:
    project = task.project
    return Candidates(
        positions=positions,
        labelled=np.array(labelled, dtype=np.int64),
        features=lambda wanted: features.take(runtime.blobs, task.stretches, wanted),
        moments=measured.read(runtime.blobs, task.shards),
        input_type=InputType(project.input_type),
        seed=project.seed,
        rng=np.random.default_rng([project.seed, project.ranking_count]),
    )
