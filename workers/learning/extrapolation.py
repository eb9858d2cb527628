"""A learning curve as a power law: what more labels would give."""

from dataclasses import dataclass

import numpy as np
from scipy import optimize

from workers.learning.arrays import Flags, Floats, Ints

LEAST_POINTS = 5
MOST_AHEAD = 2.0
"""How many times the labels of the last point a curve may be believed."""
_SLOWEST, _FASTEST = 0.05, 2.0
_DRAWS = 100


@dataclass(frozen=True, kw_only=True)
class PowerLaw:
    """Error as a function of labels: e(n) = floor + height * n ** -rate."""

    floor: float
    height: float
    rate: float

    def at(self, labels: Floats | Ints | float) -> Floats:
        """The error at so many labels."""
        counts = np.asarray(labels, dtype=np.float64)
        return np.asarray(self.floor + self.height * counts**-self.rate, dtype=np.float64)

    def gain(self, labels: int, *, share: float) -> float:
        """By how much the error falls with a share more labels."""
        return float(self.at(labels) - self.at(labels * (1 + share)))


@dataclass(frozen=True, kw_only=True)
class Gain:
    """By how much accuracy should rise with more labels; `high` is its upper 95 % bound."""

    expected: float
    high: float


def fit(labels: Ints, errors: Floats, weights: Floats | None = None) -> PowerLaw | None:
    """Fit a power law by weighted least squares; none of fewer than five different points.

    The form is that of Viering & Loog ("The shape of learning curves", 2021), POW3, with a floor
    in [0, 1], a height that is not negative, and a rate in [0.05, 2].

    Args:
        labels: int64[n], above 0.
        errors: shares in [0, 1], float64[n].
        weights: how much each point counts, float64[n]; all alike by default.
    """
    if len(np.unique(labels)) < LEAST_POINTS:
        return None
    shares = np.ones(len(labels)) if weights is None else weights
    root = np.sqrt(shares / shares.sum())
    counts = labels.astype(np.float64)

    def best(rate: float) -> tuple[float, Floats]:
        # With the rate given the rest is linear: two numbers that must not be negative.
        terms = np.stack([np.ones(len(counts)), counts**-rate], axis=1)
        found, left = optimize.nnls(terms * root[:, None], errors * root)
        return float(left), np.asarray(found)

    rates = np.geomspace(_SLOWEST, _FASTEST, 25)
    start = int(np.argmin([best(rate)[0] for rate in rates]))
    low, high = rates[max(0, start - 1)], rates[min(len(rates) - 1, start + 1)]
    found = optimize.minimize_scalar(
        lambda rate: best(rate)[0], bounds=(low, high), method="bounded"
    )
    floor, height = best(float(found.x))[1]
    return PowerLaw(floor=min(1.0, float(floor)), height=float(height), rate=float(found.x))


def gain(
    labels: Ints, right: Flags, *, at: int, share: float, rng: np.random.Generator
) -> Gain | None:
    """Estimate what a share more labels would give, from versions judged on the same audit items.

    The bound is the 95th percentile over draws of the audit items with replacement.

    Args:
        labels: on which each version was trained, int64[v].
        right: whether each version is right about each audit item, bool[v, m].
        at: labels that there are now.
    """
    count = right.shape[1]
    law = fit(labels, 1.0 - right.mean(axis=1)) if count else None
    if law is None:
        return None
    gains = []
    for _ in range(_DRAWS):
        drawn = right[:, rng.integers(count, size=count)]
        again = fit(labels, 1.0 - drawn.mean(axis=1))
        if again is not None:
            gains.append(again.gain(at, share=share))
    return Gain(expected=law.gain(at, share=share), high=float(np.quantile(gains, 0.95)))
