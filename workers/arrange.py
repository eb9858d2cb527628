"""A pool into an order: reads what the project's strategy needs, and applies it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from service.domain.catalogue import Reason, Strategy
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
# SCIENCE 1.5, pools of ten million: what a ranking of candidates looks at.
FRESH, LAST_BEST = 200_000, 50_000
# Items in an order that is chance but for its head; behind it whoever hands out draws by itself.
LONGEST_BY_CHANCE = 1_000_000


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
    candidates: int | None = None
    """How many were scored, where not all were."""


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


def of_candidates(runtime: Runtime, task: Task, best: Ranked) -> Arranged:
    """Order by scores of some of the pool; all of it is shown to whoever hands out."""
    free = _free(runtime, task.project)
    length = min(_first(task), len(best.positions))
    is_free = np.ones(len(best.positions), dtype=bool)
    looked = min(len(best.positions), length + length // 8 + 100)
    is_free[:looked] = free(best.positions[:looked])
    left = Ranked(positions=best.positions[is_free], scores=best.scores[is_free])
    arranged = _spread(runtime, task, left)
    return Arranged(ordered=arranged, depth=len(left.positions), candidates=len(best.positions))


def _by_scores(runtime: Runtime, task: Task) -> Arranged:
    """Merge the orders of the shards, as far as a diverse head needs; the rest can wait."""
    head = orders.merged(
        _orders(runtime, task),
        seed=task.project.seed,
        count=_first(task),
        free=_free(runtime, task.project),
    )
    depth = sum(shard.rows for shard in task.run_shards)
    return Arranged(ordered=_spread(runtime, task, head.ranked), depth=depth, taken=head.taken)


def _first(task: Task) -> int:
    """How much of an order is put in use at once."""
    return max(LEAST_FIRST, 2 * ordering.shortlist(task.batch_size))


def _free(runtime: Runtime, project: Project) -> Callable[[Ints], npt.NDArray[np.bool_]]:
    def free(positions: Ints) -> npt.NDArray[np.bool_]:
        with runtime.readers() as session:
            offered = masks.free_among(session, project, positions.tolist())
        return np.isin(positions, np.fromiter(offered, np.int64, len(offered)))

    return free


def _spread(runtime: Runtime, task: Task, best: Ranked) -> Ordered:
    """Spread the head of an order out if that is the strategy."""
    strategy = Strategy(task.project.strategy)
    if strategy is Strategy.AUTO and len(best.positions) and has_features(task.project):
        pool = _candidates(runtime, task, best.positions, labelled=[])
        return ordering.diversified(pool, best, batch_size=task.batch_size)
    if strategy is Strategy.AUTO:
        strategy = Strategy.MARGIN  # in fact
    return Ordered(ranked=best, strategy=str(strategy), reason=Reason.STRATEGY)


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
    positions = _thinned(positions, project.seed + project.ranking_count)
    pool = _candidates(runtime, task, positions, labelled=[n for n in labelled if n < end])
    reason = Reason.STRATEGY if task.run_shards else Reason.COLD_START
    if project.strategy == Strategy.RANDOM or not has_features(project):
        draws = selection.draws(project.seed + project.ranking_count, positions)
        ordered = replace(ordering.by_score(pool, draws, Strategy.RANDOM), reason=reason)
    else:
        ordered = ordering.by_diversity(pool, reason=reason)
    return Arranged(ordered=ordered, depth=len(positions))


def _thinned(positions: Ints, seed: int) -> Ints:
    """Keep a random part of more positions than an order needs."""
    share = LONGEST_BY_CHANCE / max(1, len(positions))
    if share >= 1:
        return positions
    parts = np.array_split(positions, int(np.ceil(1 / share)))
    return np.concatenate([part[selection.draws(~seed, part) < share] for part in parts])


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
        seed=project.seed,
        rng=np.random.default_rng([project.seed, project.ranking_count]),
    )
