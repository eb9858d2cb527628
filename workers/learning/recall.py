"""Whether enough of what is sought was found, by tests that a reviewer can rely on."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log

import numpy as np
from scipy import stats

from workers.learning.arrays import Flags
from workers.learning.intervals import CONFIDENCE


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


def least_sample(*, target: float, confidence: float = CONFIDENCE) -> int | None:
    """How many sampled positives there must be before any number of them found is enough.

    None where all must be found: no sample shows that.

    >>> [least_sample(target=target) for target in (0.7, 0.8, 0.9, 0.95)]
    [9, 14, 29, 59]
    """
    return None if target >= 1 else ceil(log(1 - confidence) / log(target))


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


@dataclass(frozen=True, kw_only=True)
class Part:
    """Items that nobody has judged, and a random sample of such as they are."""

    unseen: int
    sampled: int
    positive: int
    """Of the sample; they are not counted as found in what is estimated."""


def total(found: int, parts: Sequence[Part]) -> Total | None:
    """Estimate all positives: those found, and of each part the share that its sample has.

    The bounds of the parts are added up, each exact (Clopper & Pearson 1934): that is wider than
    need be. None where there is no sample of a part.

    >>> each = total(96, [Part(unseen=1000, sampled=300, positive=2)])
    >>> round(each.total), round(each.low), round(each.high)
    (103, 97, 120)
    """
    parts = [part for part in parts if part.unseen]
    if any(not part.sampled for part in parts):
        return None
    middle = low = high = float(found)
    for part in parts:
        test = stats.binomtest(part.positive, part.sampled)
        bounds = test.proportion_ci(CONFIDENCE, method="exact")
        middle += part.unseen * part.positive / part.sampled
        low += part.unseen * float(bounds.low)
        high += part.unseen * float(bounds.high)
    return Total(found=found, total=middle, low=low, high=high)
