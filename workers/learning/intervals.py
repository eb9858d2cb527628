"""The mean of some seeds, and how sure it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import special

CONFIDENCE = 0.95


@dataclass(frozen=True, kw_only=True)
class Interval:
    """A mean with its 95 % interval; one value alone has none."""

    mean: float
    low: float | None = None
    high: float | None = None

    def within(self, least: float, most: float) -> "Interval":
        """The same where values beyond cannot be."""
        if self.low is None or self.high is None:
            return self
        return replace(self, low=max(least, self.low), high=min(most, self.high))


def interval(values: Sequence[float]) -> Interval:
    """Mean and interval by Student's t, with n - 1 degrees of freedom.

    >>> found = interval([1.0, 2.0, 3.0])
    >>> found.mean, round(found.low, 4), round(found.high, 4)
    (2.0, -0.4841, 4.4841)
    >>> interval([2.0])
    Interval(mean=2.0, low=None, high=None)
    """
    mean, count = float(np.mean(values)), len(values)
    if count < 2:
        return Interval(mean=mean)
    half = float(special.stdtrit(count - 1, (1 + CONFIDENCE) / 2) * standard_error(values))
    return Interval(mean=mean, low=mean - half, high=mean + half)


def standard_error(values: Sequence[float]) -> float:
    """Standard error of the mean; zero for one value, of which nothing is known.

    >>> round(standard_error([1.0, 2.0, 3.0]), 4)
    0.5774
    """
    if len(values) < 2:
        return 0.0
    return float(np.std(values, ddof=1) / np.sqrt(len(values)))
