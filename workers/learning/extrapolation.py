"""What more labels would give, by a power law through the versions so far."""

from dataclasses import dataclass

import numpy as np

from workers.learning import powers
from workers.learning.arrays import Flags, Floats, Ints
from workers.learning.estimates import LEAST_LABELS
from workers.learning.powers import Power

LEAST_POINTS = 5
"""Different numbers of labels before a curve is drawn through them."""
_DRAWS = 100


@dataclass(frozen=True, kw_only=True)
class Gain:
    """By how much accuracy should rise with more labels; `high` is its upper 95 % bound."""

    expected: float
    high: float


def gain(
    labels: Ints, right: Flags, *, at: int, share: float, rng: np.random.Generator
) -> Gain | None:
    """Estimate what a share more labels would give, from versions judged on the same audit items.

    None of fewer than five different numbers of labels or fifty audit items. The bound is the
    95th percentile over draws of the audit items with replacement.

    Args:
        labels: on which each version was trained, int64[v].
        right: whether each version is right about each audit item, bool[v, m].
        at: labels that there are now.
    """
    count = right.shape[1]
    if count < LEAST_LABELS or len(np.unique(labels)) < LEAST_POINTS:
        return None

    def law(errors: Floats) -> Power:
        return powers.fit(labels.astype(np.float64), errors, np.ones(len(labels)))

    gains = []
    for _ in range(_DRAWS):
        drawn = right[:, rng.integers(count, size=count)]
        gains.append(law(1.0 - drawn.mean(axis=1)).gain(at, times=1 + share))
    expected = law(1.0 - right.mean(axis=1)).gain(at, times=1 + share)
    return Gain(expected=expected, high=float(np.quantile(gains, 0.95)))
