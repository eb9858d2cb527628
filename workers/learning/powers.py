"""Learning curves as power laws: error(n) = a + b n^-c (POW3), with a, b >= 0.

Of parametric curves among the best extrapolators of classification error (Viering and Loog 2023).
"""

from dataclasses import dataclass
from math import inf, log

import numpy as np

from workers.learning.arrays import Floats

_POWERS: Floats = np.geomspace(0.1, 2.0, 60)


@dataclass(frozen=True, kw_only=True)
class Power:
    """A fitted curve."""

    floor: float
    """The error that no number of labels takes away: a."""
    scale: float
    power: float

    def error(self, labels: float) -> float:
        """Error after so many labels."""
        return float(self.floor + self.scale * labels**-self.power)

    def labels_for(self, error: float) -> float:
        """Labels for an error; infinite if it is never reached.

        >>> round(Power(floor=0.1, scale=1.0, power=0.5).labels_for(0.2))
        100
        """
        if error <= self.floor or self.scale <= 0:
            return inf
        exponent = log(self.scale / (error - self.floor)) / self.power
        return float(np.exp(min(exponent, 700.0)))

    def gain(self, labels: float, *, times: float = 2.0) -> float:
        """By how much so many times the labels, by default a doubling, lower the error."""
        return self.error(labels) - self.error(times * labels)


def fit(labels: Floats, errors: Floats, weights: Floats) -> Power:
    """Fit by weighted least squares; labels, errors and weights float64[n].

    The power is sought on a grid, the other two follow from it.

    >>> sizes = np.array([20.0, 40, 80, 160, 320])
    >>> found = fit(sizes, 0.05 + 2 * sizes**-0.8, np.ones(5))
    >>> round(found.error(640), 3), round(0.05 + 2 * 640**-0.8, 3)
    (0.061, 0.061)
    """
    terms = labels[None, :] ** -_POWERS[:, None]
    total = weights.sum()
    mean_x, mean_y = (terms @ weights) / total, (errors @ weights) / total
    off_x, off_y = terms - mean_x[:, None], errors - mean_y
    scale = np.maximum(0.0, (off_x * off_y) @ weights / np.maximum((off_x**2) @ weights, 1e-300))
    floor = mean_y - scale * mean_x
    without = (terms * errors) @ weights / ((terms**2) @ weights)
    scale, floor = np.where(floor < 0, without, scale), np.maximum(0.0, floor)
    lost = ((floor[:, None] + scale[:, None] * terms - errors) ** 2) @ weights
    best = int(lost.argmin())
    return Power(floor=float(floor[best]), scale=float(scale[best]), power=float(_POWERS[best]))
