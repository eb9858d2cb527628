"""A pool into an order, by the rule of its run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from service.domain.catalogue import Reason
from service.runtime import Runtime
from workers import ordering, sources, unscored
from workers.learning import selection
from workers.learning.arrays import Ints
from workers.learning.selection import Ranked
from workers.ordering import Candidates, Ordered, Scored
from workers.pool import orders
from workers.pool.orders import Head
from workers.sources import Task

LEAST_FIRST = 1_000
# SCIENCE 1.5, pools of ten million: what a ranking of candidates looks at.
FRESH, LAST_BEST = 200_000, 50_000
# Items in an order that is not merged; behind it whoever hands out draws by itself.
LONGEST_WHOLE = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Arranged:
    """An order. It is whole, or goes on behind what is `taken` of the scored shards."""

    ordered: Ordered
    depth: int
    taken: list[int] | None = None
    candidates: int | None = None
    """How many were scored, where not all were."""


def arrange(runtime: Runtime, task: Task) -> Arranged:
    """Order the pool by the rule."""
    if task.rule.spread.is_of_all or not task.run_shards:
        return _by_items(runtime, task)
    if task.rule.second is not None:
        return _by_two_scores(runtime, task)
    return _by_scores(runtime, task)


def further(
    runtime: Runtime,
    task: Task,
    taken: Sequence[int],
    count: int,
    *,
    without: Sequence[int] | Ints = (),
) -> Head:
    """Go on with an order by scores; what is answered by now is left to who hands out."""
    return orders.merged(
        sources.orders_of(runtime, task),
        seed=task.project.seed,
        count=count,
        free=lambda positions: ~np.isin(positions, without),
        taken=taken,
    )


def of_candidates(runtime: Runtime, task: Task, scored: Scored) -> Arranged:
    """Order by scores of some of the pool; all of it is shown to whoever hands out."""
    first = _first(task)
    looked = first + first // 8 + 100

    def offered(ranked: Ranked) -> Ranked:
        is_free = np.ones(len(ranked.positions), dtype=bool)
        is_free[:looked] = sources.free_among(runtime, task, ranked.positions[:looked])
        return ranked.at(is_free)

    drawn = task.rng().permutation(len(scored.best.positions))[: task.rule.drawn]
    some = scored.best.at(drawn)
    free = replace(
        scored,
        best=offered(scored.best),
        second=None if scored.second is None else offered(scored.second),
        drawn=offered(some) if task.rule.drawn else None,
    )
    ordered = ordering.by_rule(task.rule, free, _pool(runtime, task))
    depth = len(ordered.ranked.positions)
    return Arranged(ordered=ordered, depth=depth, candidates=len(scored.best.positions))


def _by_scores(runtime: Runtime, task: Task) -> Arranged:
    """Merge the orders of the shards, as far as a spread head needs; the rest can wait."""
    paths = sources.orders_of(runtime, task)
    free = partial(sources.free_among, runtime, task)
    head = orders.merged(paths, seed=task.project.seed, count=_first(task), free=free)
    drawn = None
    if task.rule.drawn:
        some = orders.drawn(paths, task.rule.drawn, task.rng())
        drawn = some.at(free(some.positions))
    classes = partial(sources.classes_of, runtime, task)
    scored = Scored(best=head.ranked, drawn=drawn, classes=classes)
    ordered = ordering.by_rule(task.rule, scored, _pool(runtime, task))
    depth = sum(shard.rows for shard in task.run_shards)
    return Arranged(ordered=ordered, depth=depth, taken=head.taken)


def _by_two_scores(runtime: Runtime, task: Task) -> Arranged:
    """Take two orders in turns; how that goes on depends on all that was taken, so it is whole."""
    is_free = sources.all_free(runtime, task)
    best, second = (
        orders.merged(
            paths,
            seed=task.project.seed,
            count=min(int(is_free.sum()), LONGEST_WHOLE),
            free=lambda positions: is_free[positions],
        ).ranked
        for paths in (sources.orders_of(runtime, task), sources.second_orders_of(runtime, task))
    )
    classes = partial(sources.classes_of, runtime, task)
    scored = Scored(best=best, second=second, classes=classes)
    ordered = ordering.by_rule(task.rule, scored, None)
    return Arranged(ordered=ordered, depth=len(ordered.ranked.positions))


def _by_items(runtime: Runtime, task: Task) -> Arranged:
    """Order all items by what they are: before there is a version, or on request."""
    positions: Ints = np.flatnonzero(sources.all_free(runtime, task)).astype(np.int64)
    positions = _thinned(positions, task.project.seed + task.project.ranking_count)
    reason = Reason.STRATEGY if task.run_shards else Reason.COLD_START
    if len(positions) == 0:
        empty = Ranked(positions=positions, scores=np.zeros(0))
        ordered = Ordered(ranked=empty, rule=task.rule, reason=reason)
    else:
        pool = sources.candidates(runtime, task, positions)
        ordered = unscored.by_items(task.rule, pool, reason=reason)
    return Arranged(ordered=ordered, depth=len(positions))


def _first(task: Task) -> int:
    """How much of an order is put in use at once."""
    return max(LEAST_FIRST, 2 * task.rule.shortlist)


def _pool(runtime: Runtime, task: Task) -> Candidates | None:
    if not task.rule.looks_at_features:
        return None
    return sources.candidates(runtime, task, np.zeros(0, np.int64))


def _thinned(positions: Ints, seed: int) -> Ints:
    """Keep a random part of more positions than an order needs."""
    share = LONGEST_WHOLE / max(1, len(positions))
    if share >= 1:
        return positions
    parts = np.array_split(positions, int(np.ceil(1 / share)))
    return np.concatenate([part[selection.draws(~seed, part) < share] for part in parts])
