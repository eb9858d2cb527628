"""Which confident predictions people are to check: of suspicious regions, then of random ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workers.learning.arrays import Floats, Ints

MOST_SUSPECTS = 2
"""Suspicious regions that are looked into at a time: a few, so that each is soon told."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Spots:
    """Items in the order that they are to be checked."""

    positions: Ints
    """int64[n]."""
    is_suspect: Ints
    """Whether its region was chosen for what was found there, 0 or 1, int64[n]."""
    confidences: Floats
    probabilities: Floats
    """Of being drawn: that of its region among those of its kind, times that of it in there."""


def order(
    clusters: Ints,
    positions: Ints,
    confidences: Floats,
    suspects: Sequence[int],
    *,
    count: int,
    rng: np.random.Generator,
) -> Spots:
    """Draw up to `count` items: in turns one of a suspicious region, and one of any region.

    A region is drawn uniformly, whatever its size, so that small ones are looked into as well;
    within it an item is drawn uniformly from those that the model is sure of: the more confident
    half of the pool. Nothing is drawn twice.

    Args:
        clusters: of each item that may be asked for, int64[m].
        positions: int64[m].
        confidences: float64[m].
        suspects: suspicious clusters, the most suspicious first.
    """
    sure = confidences >= np.median(confidences) if len(confidences) else np.zeros(0, bool)
    left = _by_cluster(rng.permutation(np.flatnonzero(sure)), clusters)
    drawn: list[tuple[int, bool, float]] = []
    while left and len(drawn) < count:
        wanted = [each for each in suspects if each in left][:MOST_SUSPECTS]
        is_suspect = bool(wanted) and len(drawn) % 2 == 0
        among = wanted if is_suspect else list(left)
        region = among[int(rng.integers(len(among)))]
        rest = left[region]
        drawn.append((int(rest[-1]), is_suspect, 1.0 / (len(among) * len(rest))))
        left[region] = rest[:-1]
        if not len(left[region]):
            del left[region]
    rows = np.array([row for row, _, _ in drawn], dtype=np.int64)
    return Spots(
        positions=positions[rows],
        is_suspect=np.array([kind for _, kind, _ in drawn], dtype=np.int64),
        confidences=confidences[rows],
        probabilities=np.array([chance for _, _, chance in drawn], dtype=np.float64),
    )


def _by_cluster(rows: Ints, clusters: Ints) -> dict[int, Ints]:
    """Rows of each cluster, in the order that they came."""
    if not len(rows):
        return {}
    rows = rows[np.argsort(clusters[rows], kind="stable")]
    kinds, first = np.unique(clusters[rows], return_index=True)
    return dict(zip(kinds.tolist(), np.split(rows, first[1:]), strict=True))
