"""Which confident predictions people are to check: of suspicious regions, then of any in turn."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workers.learning import turns
from workers.learning.arrays import Flags, Floats, Ints


@dataclass(frozen=True, kw_only=True, eq=False)
class Spots:
    """Items in the order that they are to be checked."""

    positions: Ints
    """int64[n]."""
    is_suspect: Flags
    """Whether its region was chosen for what was found there, bool[n]."""
    confidences: Floats
    probabilities: Floats
    """Of being drawn from its region, given what was drawn from it before."""


def order(
    clusters: Ints,
    positions: Ints,
    confidences: Floats,
    checked: Ints,
    suspects: Sequence[int],
    *,
    count: int,
    rng: np.random.Generator,
) -> Spots:
    """Draw up to `count` items: in turns one of a suspicious region, and one of any region.

    Of any means of the one with the fewest checks, whatever its size, so that each region is
    looked into once before one is a second time. Within it an item is drawn uniformly from those
    that the model is sure of: the more confident half of the region, not of the pool, of which
    whole regions have no part. Nothing is drawn twice.

    Args:
        clusters: of each item that may be asked for, int64[m].
        positions: int64[m].
        confidences: float64[m].
        checked: predictions that people have checked in each region, int64[C].
        suspects: suspicious regions, the most suspicious first.
    """
    sure = _surer_half(clusters, confidences)
    drawn = turns.draw(
        sure,
        clusters[sure],
        suspects,
        looked=checked + rng.random(len(checked)),  # in random order, of those with as many
        sizes=np.ones(len(checked)),
        count=count,
        rng=rng,
    )
    return Spots(
        positions=positions[drawn.rows],
        is_suspect=drawn.is_suspect,
        confidences=confidences[drawn.rows],
        probabilities=drawn.probabilities,
    )


def _surer_half(clusters: Ints, confidences: Floats) -> Ints:
    """Rows of the more confident half of each cluster, of one more where the number is odd."""
    order = np.lexsort((-confidences, clusters))
    counts = np.bincount(clusters)
    place = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.asarray(order[2 * place < counts[clusters[order]]])
