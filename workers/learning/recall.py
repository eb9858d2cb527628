"""Whether enough of what is sought was found, by tests that a reviewer can rely on."""

from dataclasses import dataclass
from math import ceil, log

import numpy as np
from scipy import stats

from workers.learning.arrays import Flags

CONFIDENCE = 0.95


def needed(sampled: int, *, target: float, confidence: float = CONFIDENCE) -> int | None:
    """How many of so many sampled positives a run must have found to stop; none if all are too few.

    The quantile binomial confidence bound: with recall below the target, finding so many of a
    random sample has a probability of at most 1 - confidence. (Lewis, Yang & Frieder, "Certifying
    one-phase technology-assisted reviews", CIKM 2021.)

    >>> needed(14, target=0.8), needed(13, target=0.8), needed(50, target=0.8)
    (14, None, 45)
    """
    enough = stats.binom.cdf(np.arange(sampled), sampled, target) >= confidence
    return int(np.argmax(enough)) + 1 if enough.any() else None


def least_sample(*, target: float, confidence: float = CONFIDENCE) -> int:
    """How many sampled positives there must be before any number of them found is enough.

    >>> [least_sample(target=target) for target in (0.7, 0.8, 0.9, 0.95)]
    [9, 14, 29, 59]
    """
    return ceil(log(1 - confidence) / log(target))


def p_value(positive: Flags, *, pool: int, target: float) -> float:
    """Probability of seeing so few positives lately if the target were missed.

    Over every run of last items: if the recall were below the target, at least so many positives
    would have been left before them, and drawing so few of these would be so improbable. Below
    0.05 the target is taken for reached. Drawing at random is the worst case, as the order is by
    likelihood. (Callaghan & Müller-Hansen, "Statistical stopping criteria for automated screening
    in systematic reviews", Systematic Reviews 9, 2020.)

    Args:
        positive: items in the order that they were judged in, bool[n].
        pool: items in all.
    """
    count, seen = len(positive), int(positive.sum())
    if not count or not seen:
        return 1.0
    last = np.arange(1, count + 1)
    among = np.cumsum(positive[::-1])
    left = np.floor(seen / target + 1 - (seen - among))
    before = pool - (count - last)
    possible = left <= before
    values = stats.hypergeom.cdf(among, before, np.minimum(left, before), last)
    return float(np.min(np.where(possible, values, 0.0)))


@dataclass(frozen=True, kw_only=True)
class Total:
    """How many positives there are in all, with a 95 % interval."""

    found: int
    total: float
    low: float
    high: float

    @property
    def recall(self) -> float:
        """The share that was found."""
        return self.found / self.total if self.total else 1.0


def total(found: int, *, unseen: int, sampled: int, positive: int) -> Total | None:
    """Estimate all positives: those found, and the share of a random sample of what is left.

    Args:
        found: positives that were found.
        unseen: items that nobody has judged.
        sampled: items of a random sample of what the run has not reached.
        positive: positives among them, which are not counted as found.

    >>> each = total(96, unseen=1000, sampled=300, positive=2)
    >>> round(each.total), round(each.low), round(each.high)
    (103, 97, 120)
    """
    if not sampled:
        return None
    test = stats.binomtest(positive, sampled)
    bounds = test.proportion_ci(CONFIDENCE, method="exact")
    return Total(
        found=found,
        total=found + unseen * positive / sampled,
        low=found + unseen * float(bounds.low),
        high=found + unseen * float(bounds.high),
    )
