"""Estimates of accuracy that lean on the version's own confidence, and are right without it.

Items of the reserve that nobody has labelled yet cost nothing: what the version says of them
narrows the interval as far as its confidence tells right from wrong.
"""

from collections.abc import Mapping
from math import sqrt

import numpy as np
from scipy import special

from workers.learning.arrays import Flags, Floats
from workers.learning.estimates import Estimate
from workers.learning.intervals import CONFIDENCE

STRATA = 5
LEAST_IN_STRATUM = 10
LEAST_LABELS = 200
"""Labels below which normal intervals hold the truth too seldom (90 % of 1,000 at a hundred)."""


def aipw(right: Flags, confidences: Floats, rest: Floats) -> Estimate | None:
    """Mean confidence of all sampled items, corrected by what it is off on the labelled ones.

    (Zrnic and Candes 2024, with equal probabilities; also called prediction-powered inference.)

    Args:
        right: whether the version was right, bool[n].
        confidences: its confidence in the same decisions, float64[n].
        rest: its confidence in all items of the sample, the labelled ones among them, float64[m].
    """
    if len(right) < LEAST_LABELS:
        return None
    off = right - confidences
    both = np.cov(confidences, off)
    variance = both[1, 1] / len(off) + (np.var(rest) + 2 * both[0, 1]) / len(rest)
    return _normal(float(rest.mean() + off.mean()), max(0.0, float(variance)), "aipw")


def stratified(right: Flags, confidences: Floats, rest: Floats) -> Estimate | None:
    """Mean over quintiles of confidence, weighted by their sizes among all sampled items.

    (Post-stratification, Holt and Smith 1979.) None where a stratum has too few labels.
    """
    edges = np.unique(np.quantile(rest, np.linspace(0, 1, STRATA + 1)[1:-1]))
    edges = edges[edges < rest.max()]  # nothing is above the highest, which many may share
    mine, all_of = np.searchsorted(edges, confidences), np.searchsorted(edges, rest)
    counts = np.bincount(mine, minlength=len(edges) + 1)
    if len(right) < LEAST_LABELS or counts.min() < LEAST_IN_STRATUM:
        return None
    weights = np.bincount(all_of, minlength=len(counts)) / len(rest)
    means = np.bincount(mine, weights=right, minlength=len(counts)) / counts
    within = means * (1 - means) / (counts - 1)
    value = float(weights @ means)
    between = float(weights @ (means - value) ** 2) / len(rest)
    return _normal(value, float(weights**2 @ within) + between, "stratified")


METHODS: Mapping[str, str] = {
    "aipw": "uses the model's own confidence; narrower where that tells right from wrong",
    "stratified": "averages groups of like confidence; narrower where the groups differ",
}
"""The methods, each with what it is in words."""


def _normal(value: float, variance: float, method: str) -> Estimate:
    half = float(special.ndtri((1 + CONFIDENCE) / 2)) * sqrt(variance)
    return Estimate(
        value=min(1.0, max(0.0, value)),
        low=max(0.0, value - half),
        high=min(1.0, value + half),
        confidence=CONFIDENCE,
        method=method,
    )
