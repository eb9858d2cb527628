"""How much each label counts in a fit."""

import numpy as np

from workers.learning.arrays import Floats, Ints

# Classes are weighted equally when the rarest has a smaller share of the labels (SCIENCE 7).
# With many classes that is nearly always, and better so: with ten (digits, 400 labels, 10 seeds)
# the area under the curve of margin is .928 with weights and .918 without.
RARE_SHARE = 0.15

BALANCED = "balanced"


def kind_of(labels: Ints) -> str | None:
    """Say whether classes are weighted, as one of them is rare."""
    _, counts = np.unique(labels, return_counts=True)
    return BALANCED if counts.min() < RARE_SHARE * len(labels) else None


def of(labels: Ints) -> Floats | None:
    """Give each label its weight, float64[n] with a mean of 1; None where all are alike."""
    if kind_of(labels) is None:
        return None
    _, places, counts = np.unique(labels, return_inverse=True, return_counts=True)
    weights = len(labels) / (len(counts) * counts)
    return np.asarray(weights[places], dtype=np.float64)


def favouring(labels: Ints, positive: int, ratio: float) -> Floats | None:
    """Weigh the labels of a class `ratio` times as much as all others together, mean 1."""
    is_positive = labels == positive
    if is_positive.all() or not is_positive.any():
        return None
    others = is_positive.sum() / (ratio * (~is_positive).sum())
    weights = np.where(is_positive, 1.0, others)
    return np.asarray(weights / weights.mean(), dtype=np.float64)
