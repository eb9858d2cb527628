"""Replays of the loop on a pool whose labels are all known, in memory.

What fits, scores and orders is what serves; what is left out is the service around it: no
leases, no audit reserve, no coverage share, and a fit after every batch.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workers.asking import Plan, Pool, next_items
from workers.learning import estimators, presumed, shares, specs
from workers.learning.arrays import Ints, is_sparse
from workers.learning.curves import Curve
from workers.learning.fitted import outputs
from workers.learning.presumed import Presumed
from workers.learning.versions import Fitted


@dataclass(frozen=True, kw_only=True, eq=False)
class Round:
    """A point of a replay: what is labelled, in the order of asking, and what was fitted on it."""

    labelled: Ints
    fitted: Fitted | None
    """None while labels of one class are all there are."""


def replay(pool: Pool, plan: Plan, *, told: Callable[[float], None] | None = None) -> Curve:
    """Hold a random part of the pool out, go through the rest, judge every version on it.

    Args:
        told: is given the share that is done, in [0, 1], after every round.
    """
    training, test = split(len(pool.labels), plan.test_share, plan.seed)
    curve = Curve()
    last = min(plan.budget, len(training))
    for point in rounds(pool, plan, among=training):
        said = outputs(point.fitted, pool.features[test]) if point.fitted else None
        curve.add(len(point.labelled), said, pool.labels[test], classes=len(pool.classes))
        if told is not None:
            told(min(1.0, len(point.labelled) / max(1, last)))
    return curve


def split(count: int, test_share: float, seed: int) -> tuple[Ints, Ints]:
    """Deal items at random into those to learn from and those of the test, both ascending."""
    order = np.random.default_rng([seed, count]).permutation(count)
    held = round(test_share * count)
    return np.sort(order[held:]), np.sort(order[:held])


def rounds(
    pool: Pool, plan: Plan, *, among: Ints, start: Ints | Sequence[int] = ()
) -> Iterator[Round]:
    """Fit, ask for a batch, label it, and again, until the budget or the pool is used up.

    The first round is that of the labels at the start, which may be none.

    Args:
        among: items that may be asked for, ascending.
        start: items that are labelled before, of which some may not be `among` the others.
    """
    labelled: Ints = np.array(start, dtype=np.int64)
    learner = _Learner(pool, plan, among)
    while True:
        fitted = learner.fit(labelled)
        yield Round(labelled=labelled, fitted=fitted)
        count = min(plan.batch_size, plan.budget - len(labelled))
        free = np.setdiff1d(among, labelled)
        if count <= 0 or not len(free):
            return
        asked = next_items(pool, plan, fitted, free, labelled)[:count]
        labelled = np.concatenate([labelled, asked])


class _Learner:
    """Fits versions one after the other, as the runs of a project do."""

    def __init__(self, pool: Pool, plan: Plan, among: Ints) -> None:
        self._pool, self._seed = pool, plan.seed
        self._spec = specs.wanted(
            plan.estimator,
            goal=plan.goal,
            is_text=is_sparse(pool.features),
        )
        self._among = among
        self._taken_for = presumed.label_of(
            plan.goal, pool.classes, is_text=is_sparse(pool.features)
        )
        drawn = np.random.default_rng([plan.seed, shares.SAMPLE]).permutation(among)
        self._sample = pool.features[np.sort(drawn[: shares.SAMPLE])]
        self._versions = 0
        self._previous: Mapping[str, Any] = {}

    def fit(self, labelled: Ints) -> Fitted | None:
        """Fit on some items; none while they are of one class."""
        items = np.sort(labelled)
        labels = self._pool.labels[items]
        if len(np.unique(labels)) < 2:
            return None
        is_due = estimators.is_due(self._previous, len(items))
        fitted = estimators.fit(
            self._spec,
            self._pool.features[items],
            labels,
            classes=len(self._pool.classes),
            moments=self._pool.moments,
            rng=np.random.default_rng([self._seed, self._versions]),
            previous=self._previous,
            cross_validate=is_due,
            pool=self._sample if is_due else None,
            presumed=self._presumed(labelled),
        )
        self._previous = fitted.report
        self._versions += 1
        return fitted

    def _presumed(self, labelled: Ints) -> Presumed | None:
        if self._taken_for is None:
            return None
        rng = np.random.default_rng([self._seed, self._versions, presumed.COUNT])
        unseen = rng.permutation(np.setdiff1d(self._among, labelled))[: presumed.COUNT]
        rows = self._pool.features[np.sort(unseen)]
        return Presumed(rows=rows, label=self._taken_for) if len(unseen) else None
