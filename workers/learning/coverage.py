"""Clusters of a pool, and an order that looks into the least covered of them first."""

import heapq
import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from sklearn.cluster import MiniBatchKMeans

from workers.learning import diversity, scaling, selection
from workers.learning.arrays import Floats, Ints, Matrix, is_sparse
from workers.learning.scaling import Kind, Scaling

# SCIENCE 2.5: clip(sqrt(N) / 10, 32, 512) clusters.
FEWEST, MOST = 32, 512
SAMPLE_PER_CLUSTER = 256
"""Items that a centre is made from: more move it little (as in faiss, Johnson et al. 2019)."""
GROWTH = 1.5
"""How much a pool grows before its centres are made anew."""
NOWHERE = 2**16 - 1
"""The cluster of a row that is no item."""
DIMENSIONS_OF_TEXT = 128
_ROWS_AT_ONCE = 4_096
_PASSES = 10

Rows: TypeAlias = npt.NDArray[np.float32]
Assigned: TypeAlias = npt.NDArray[np.uint16]


@dataclass(frozen=True, kw_only=True, eq=False)
class Clusters:
    """Centres float32[C, d], and the space that they are in."""

    scaling: Scaling
    seed: int
    """Of the random directions that texts are projected on."""
    centres: Rows


@dataclass(frozen=True, kw_only=True, eq=False)
class Covering:
    """Items in the order that coverage asks for them, int64[n], with their clusters, int64[n]."""

    positions: Ints
    clusters: Ints
    probabilities: Floats
    """Of each item to be drawn from its cluster, given what was drawn from it before."""


def cluster_count(items: int) -> int:
    """How many clusters a pool has.

    >>> [cluster_count(items) for items in (12, 10_000, 1_000_000, 100_000_000)]
    [12, 32, 100, 512]
    """
    return min(items, max(FEWEST, min(MOST, round(math.sqrt(items) / 10))))


def sample_size(items: int) -> int:
    """How many items of a pool its clusters are made from; 131,072 at most.

    >>> sample_size(5_000), sample_size(1_000_000)
    (5000, 25600)
    """
    return min(items, SAMPLE_PER_CLUSTER * cluster_count(items))


def has_outgrown(items: int, *, clustered: int) -> bool:
    """Whether a pool has grown so much that its centres are to be made anew."""
    return items >= GROWTH * clustered


def clustered(sample: Matrix, space: Scaling, *, items: int, seed: int) -> Clusters:
    """Make the clusters of a pool of so many items from raw rows of a random sample of them.

    (Mini-batch k-means, Sculley 2010, on rows of unit length.)
    """
    directions = _directions(seed, sample.shape[1]) if is_sparse(sample) else None
    rows = np.concatenate(
        [
            _rows(sample[first : first + _ROWS_AT_ONCE], space, directions)
            for first in range(0, sample.shape[0], _ROWS_AT_ONCE)
        ]
    )
    kmeans = MiniBatchKMeans(
        n_clusters=min(cluster_count(items), len(rows)),
        batch_size=_ROWS_AT_ONCE,
        max_iter=_PASSES,
        n_init=1,
        random_state=seed % 2**32,
    )
    centres = np.asarray(kmeans.fit(rows).cluster_centers_, dtype=np.float32)
    return Clusters(scaling=space, seed=seed, centres=centres)


def assign(clusters: Clusters, matrix: Matrix) -> Assigned:
    """Number of the nearest centre of each raw row: uint16[n]. One matrix product, by blocks."""
    directions = _directions(clusters.seed, matrix.shape[1]) if is_sparse(matrix) else None
    assigned = np.empty(matrix.shape[0], dtype=np.uint16)
    for first in range(0, matrix.shape[0], _ROWS_AT_ONCE):
        block = _rows(matrix[first : first + _ROWS_AT_ONCE], clusters.scaling, directions)
        assigned[first : first + _ROWS_AT_ONCE] = diversity.nearest(block, clusters.centres)
    return assigned


def order(
    clusters: Assigned,
    free: npt.NDArray[np.bool_],
    covered: Ints,
    *,
    count: int,
    rng: np.random.Generator,
) -> Covering:
    """Draw up to `count` items, each from the cluster with the least (covered + 1) / size.

    Within its cluster an item is drawn uniformly from the free ones, without replacement, and
    counts as covered from then on. Ties go to the cluster with the lower number.

    Args:
        clusters: cluster of each position of the pool, uint16[N]; `NOWHERE` if it is no item.
        free: which positions may be drawn, bool[N].
        covered: positions that are covered already.
    """
    sizes = np.bincount(clusters, minlength=NOWHERE + 1)[:NOWHERE]
    known = np.bincount(clusters[covered], minlength=NOWHERE + 1)[:NOWHERE]
    members = np.flatnonzero(free & (clusters != NOWHERE))
    members = members[np.argsort(clusters[members], kind="stable")]
    ends = np.searchsorted(clusters[members], np.arange(NOWHERE + 1), side="left")
    heap = [((known[each] + 1) / sizes[each], int(each)) for each in np.flatnonzero(np.diff(ends))]
    heapq.heapify(heap)
    drawn: list[tuple[int, int, float]] = []
    left: dict[int, Ints] = {}
    while heap and len(drawn) < count:
        _, cluster = heap[0]
        if cluster not in left:
            left[cluster] = members[ends[cluster] : ends[cluster + 1]]
        rest = left[cluster]
        pick = int(rng.integers(len(rest)))
        drawn.append((int(rest[pick]), cluster, 1.0 / len(rest)))
        rest[pick] = rest[-1]
        left[cluster] = rest[:-1]
        known[cluster] += 1
        if len(rest) > 1:
            heapq.heapreplace(heap, ((known[cluster] + 1) / sizes[cluster], cluster))
        else:
            heapq.heappop(heap)
    columns = np.array(drawn, dtype=np.float64).reshape(-1, 3).T
    return Covering(
        positions=columns[0].astype(np.int64),
        clusters=columns[1].astype(np.int64),
        probabilities=columns[2],
    )


def _rows(block: Matrix, space: Scaling, directions: Rows | None) -> Rows:
    """Raw rows in the space where clusters are: unit length, but for what is standardised."""
    if space.kind is Kind.STANDARD:
        return np.asarray(scaling.apply(space, block), dtype=np.float32)
    if directions is None:
        return np.asarray(diversity.unit(np.asarray(block, dtype=np.float32)))
    weights = scaling.apply(space, block).astype(np.float32)
    return np.asarray(diversity.unit(np.asarray(weights @ directions)))


def _directions(seed: int, width: int) -> Rows:
    """Random signs for each term, float32[width, 128]: the same for a seed in any release.

    As in `diversity.reduced`, but for all terms that there may be: rows that are projected at
    different times stay comparable. Lengths do not matter here.
    """
    words = DIMENSIONS_OF_TEXT // 64
    bits = selection.hashes(seed, np.arange(width * words)).astype("<u8").view(np.uint8)
    signs = np.unpackbits(bits).reshape(width, DIMENSIONS_OF_TEXT)
    return np.where(signs, np.float32(1), np.float32(-1))
