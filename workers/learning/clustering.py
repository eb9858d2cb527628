"""Rows in groups of their likes, from which an order takes in turns."""

import warnings

import numpy as np
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from workers.learning.arrays import Dense, Floats, Ints

# Up to so many clusters k-means sees all rows at each step, as in the code of TypiClust.
MOST_BY_ALL_ROWS = 50


def clusters(rows: Dense, count: int, rng: np.random.Generator) -> Ints:
    """Group rows, float32[n, d], by k-means: int64[n], numbers of at most `count` clusters."""
    count = min(count, len(rows))
    if count < 2:
        return np.zeros(len(rows), dtype=np.int64)
    seed = int(rng.integers(2**31))
    kind = KMeans if count <= MOST_BY_ALL_ROWS else MiniBatchKMeans
    # Sums over several threads differ in their last bits, and so would the clusters.
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer distinct rows than clusters
        found = kind(count, n_init=1, random_state=seed).fit_predict(rows)
    return np.asarray(found, dtype=np.int64)


def in_turns(
    cluster: Ints, scores: Floats, *, biggest_first: bool, had: Ints | None = None
) -> Ints:
    """Order rows by taking the best of each cluster in turn: int64[n].

    Args:
        cluster: number of each row's cluster, from 0.
        scores: of each row; the higher is taken first, of equal ones the earlier.
        biggest_first: whether a round begins with the biggest cluster, or with the smallest.
        had: how many of each cluster were taken before; it waits so many rounds.

    >>> in_turns(np.array([0, 0, 0, 1]), np.array([1.0, 3, 2, 0]), biggest_first=False)
    array([3, 1, 2, 0])
    """
    sizes = np.bincount(cluster)
    by_cluster = np.lexsort((-scores, cluster))
    starts = np.cumsum(sizes) - sizes
    rounds = np.empty(len(cluster), dtype=np.int64)
    rounds[by_cluster] = np.arange(len(cluster)) - starts[cluster[by_cluster]]
    if had is not None:
        rounds += had[cluster]
    size_of = sizes[cluster] * (-1 if biggest_first else 1)
    return np.lexsort((cluster, size_of, rounds)).astype(np.int64)


def cluster_margin(best_first: Dense, count: int, rng: np.random.Generator) -> Ints:
    """Reorder rows that come best first, float32[n, d], so that large batches vary: int64[n].

    The best of each cluster in turn, the smallest cluster first (Cluster-Margin, Citovsky et al.
    2021, with k-means in the place of average linkage).
    """
    cluster = clusters(best_first, count, rng)
    return in_turns(cluster, -np.arange(len(cluster), dtype=np.float64), biggest_first=False)
