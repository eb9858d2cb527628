"""Items that together are near to as much of what the model doubts as can be."""

from heapq import heapify, heappop, heapreplace

import numpy as np
import numpy.typing as npt

from workers.learning import diversity
from workers.learning.arrays import Dense, Floats, Ints

# With fewer labelled rows than this the radius is that of so many rows drawn from the candidates.
LEAST_LABELLED = 20
# Labelled rows whose nearest neighbours are looked for.
MOST_LABELLED = 2_000
ROWS_AT_ONCE = 512

Kernel = npt.NDArray[np.float32]


def uherding(
    features: Dense,
    count: int,
    *,
    doubt: Floats | None = None,
    labelled: Dense | None = None,
) -> Ints:
    """Pick rows, float32[n, d], one after the other: int64[min(count, n)].

    Each pick x has the greatest mean over all rows y of doubt(y) * max(k(x, y) - k(c, y), 0),
    where c is the nearest to y of what is labelled or picked, and k(x, y) is
    exp(-|x - y|^2 / radius^2) (UHerding, Bae et al. 2025). Without `doubt`, float64[n] of
    numbers from 0 to 1, all rows count alike: MaxHerding (Bae et al. 2024). The radius shrinks as
    labels come, see `radius`. Of equal gains the earlier row is picked, also when nothing is left
    to gain.

    O(n^2 d) time, 4 n^2 bytes. A gain never grows, so only the most promising are computed anew
    (Minoux 1978): the picks are those of the plain greedy search.
    """
    length = len(features)
    if length == 0 or count <= 0:
        return np.zeros(0, dtype=np.int64)
    known = features[:0] if labelled is None else labelled
    squares = _squares(features)
    width = radius(squares, known)
    # In place: as much fresh memory again takes ten times as long to get as to be computed.
    np.divide(squares, -np.float32(width**2), out=squares)
    kernel: Kernel = np.exp(squares, out=squares)
    covered = np.exp(-diversity.to_nearest(features, known) / width**2).astype(np.float32)
    weights: Kernel = np.ones(length, np.float32) if doubt is None else doubt.astype(np.float32)
    return _greedy(kernel, covered, weights, min(count, length))


def radius(squares: Kernel, labelled: Dense) -> float:
    """Give the median distance of a labelled row to its nearest labelled neighbour.

    With fewer than 20 labelled rows: the median distance to the nearest of 20 candidates drawn
    by chance, which is what the pool itself would have given. It is a quantile of the squared
    distances between candidates, float32[n, n], and needs no draw. 1 where all rows are equal.
    """
    if len(labelled) >= LEAST_LABELLED:
        some = labelled[:: -(-len(labelled) // MOST_LABELLED)]
        nearest = np.empty(len(some))
        for start in range(0, len(some), ROWS_AT_ONCE):
            found = diversity.squared_distances(some[start : start + ROWS_AT_ONCE], labelled)
            nearest[start : start + ROWS_AT_ONCE] = np.partition(found, 1, axis=1)[:, 1]
    else:
        # The nearest of m others is as near as this share of all with probability one half.
        share = 1.0 - 0.5 ** (1.0 / (LEAST_LABELLED - 1))
        place = min(len(squares) - 1, 1 + int(share * len(squares)))
        nearest = np.array([np.partition(row, place)[place] for row in squares], dtype=np.float64)
    squared = float(np.median(nearest))
    return float(np.sqrt(squared)) if squared > 0 else 1.0


def _squares(features: Dense) -> Kernel:
    """Squared distances between all rows, float32[n, n], a stretch at a time."""
    squares: Kernel = np.empty((len(features), len(features)), dtype=np.float32)
    for start in range(0, len(features), ROWS_AT_ONCE):
        rows = features[start : start + ROWS_AT_ONCE]
        squares[start : start + ROWS_AT_ONCE] = diversity.squared_distances(rows, features)
    return squares


def _greedy(kernel: Kernel, covered: Kernel, weights: Kernel, count: int) -> Ints:
    gains = np.concatenate(
        [
            np.maximum(kernel[start : start + ROWS_AT_ONCE] - covered, 0) @ weights
            for start in range(0, len(kernel), ROWS_AT_ONCE)
        ]
    )
    best_first = list(zip((-gains).tolist(), range(len(kernel)), strict=True))
    heapify(best_first)
    picks: Ints = np.zeros(count, dtype=np.int64)
    for step in range(count):
        while True:
            row = best_first[0][1]
            gain = float(np.maximum(kernel[row] - covered, 0) @ weights)
            heapreplace(best_first, (-gain, row))
            if best_first[0][1] == row:
                break
        heappop(best_first)
        picks[step] = row
        np.maximum(covered, kernel[row], out=covered)
    return picks
