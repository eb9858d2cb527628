"""Labels that are suspected to be wrong (confident learning: Northcutt, Jiang & Chuang 2021)."""

from dataclasses import dataclass

import numpy as np

from workers.learning.arrays import Floats, Ints

MOST = 100


@dataclass(frozen=True, kw_only=True)
class Issue:
    """A label that is probably wrong: of which item, what it should be, how good it is."""

    item: int
    """Which of the items, from 0."""
    suspected: int
    quality: float
    """Probability of the label that it has."""


def suspected(labels: Ints, proba: Floats, quality: Floats, *, most: int = MOST) -> list[Issue]:
    """Labels for which another class is confidently predicted, the worst first.

    A class is confidently predicted where its probability is at least the mean that it has among
    the items labelled with it, and above that of the label.

    Args:
        labels: int64[n].
        proba: of versions that were not trained on the item, float64[n, K].
        quality: probability that the label is right, float64[n]: `proba` at the label, or that
            of the consensus where several people labelled the item.
    """
    if not len(labels):
        return []
    rows = np.arange(len(labels))
    counts = np.bincount(labels, minlength=proba.shape[1])
    own = np.bincount(labels, weights=proba[rows, labels], minlength=proba.shape[1])
    thresholds = np.where(counts > 0, own / np.maximum(counts, 1), np.inf)
    confident = np.where(proba >= thresholds, proba, -1.0)
    confident[rows, labels] = -1.0
    other = confident.argmax(axis=1)
    is_issue = confident[rows, other] > np.minimum(proba[rows, labels], quality)
    found = np.flatnonzero(is_issue)
    worst = found[np.argsort(quality[found], kind="stable")][:most]
    return [
        Issue(item=int(row), suspected=int(other[row]), quality=float(quality[row]))
        for row in worst
    ]
