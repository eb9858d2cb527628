"""Clusters of a pool, and an order that looks into the least covered of them first."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from sklearn.cluster import MiniBatchKMeans

from workers.learning import diversity, scaling, selection, turns
from workers.learning.arrays import Flags, Floats, Ints, Matrix, is_sparse
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
    free: Flags,
    covered: Ints,
    suspects: Sequence[int],
    *,
    count: int,
    rng: np.random.Generator,
) -> Covering:
    """Draw up to `count` items: from the cluster with the least (covered + 1) / size.

    Each second one is of a suspicious cluster, where there is any (`turns.draw`).

    Args:
        clusters: cluster of each position of the pool, uint16[N]; `NOWHERE` if it is no item.
        free: which positions may be drawn, bool[N].
        covered: positions that are covered already.
        suspects: clusters that may be in a bad way, the most suspicious first.
    """
    members = np.flatnonzero(free & (clusters != NOWHERE))
    drawn = turns.draw(
        members,
        clusters[members],
        suspects,
        looked=np.bincount(clusters[covered], minlength=NOWHERE + 1)[:NOWHERE].astype(np.float64),
        sizes=np.bincount(clusters, minlength=NOWHERE + 1)[:NOWHERE].astype(np.float64),
        count=count,
        rng=rng,
    )
    return Covering(
        positions=drawn.rows, clusters=drawn.clusters, probabilities=drawn.probabilities
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
