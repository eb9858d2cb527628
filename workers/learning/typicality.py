"""Items that stand for many others: what to ask about while little is known."""

import numpy as np

from workers.learning import clustering, diversity
from workers.learning.arrays import Dense, Flags, Floats, Ints

NEIGHBOURS = 20
MOST_CLUSTERS = 500
# Each costs a clustering: of the rows wanted, as many again, then of twice as many.
ROUNDS = 3
# In a larger cluster the neighbours are sought among so many of its rows, drawn at random.
LARGEST_CLUSTER = 4_096


def typiclust(
    features: Dense, wanted: int, rng: np.random.Generator, *, labelled: Dense | None = None
) -> Ints:
    """Order rows, float32[n, d], so that any beginning is typical and covers the pool: int64[n].

    The rows and the `labelled` ones are grouped into as many clusters as there are labels and
    rows wanted, at most 500; the most typical row of each cluster is taken, fewest labels first,
    then biggest first (TypiClust, Hacohen et al. 2022). What is taken counts as labelled in the
    next round, which takes as many as were taken so far: a beginning of up to four times the rows
    wanted is within a factor of two of a batch that was asked for. Then the clusters take turns.
    """
    before = np.zeros((0, features.shape[1]), features.dtype) if labelled is None else labelled
    rows = np.concatenate([before, features])
    is_covered = np.arange(len(rows)) < len(before)
    order: list[Ints] = []
    step = max(1, wanted)
    while not is_covered.all():
        count = int(is_covered.sum()) + step
        is_last = count >= MOST_CLUSTERS or len(order) + 1 == ROUNDS
        taken = _round(rows, is_covered, count, rng)[: None if is_last else step]
        is_covered[taken] = True
        order.append(taken - len(before))
        step = sum(map(len, order))
    return np.concatenate([np.zeros(0, np.int64), *order])


def typicality(rows: Dense, rng: np.random.Generator) -> Floats:
    """Give the inverse mean distance of each row to its 20 nearest others: float64[n]."""
    if len(rows) < 2:
        return np.zeros(len(rows))
    sample = rows
    if len(rows) > LARGEST_CLUSTER:
        sample = rows[rng.choice(len(rows), LARGEST_CLUSTER, replace=False)]
    # One more, since the nearest of all is the row itself.
    count = min(NEIGHBOURS + 1, len(sample))
    found = np.empty(len(rows))
    step = max(1, diversity.ENTRIES_AT_ONCE // len(sample))
    for start in range(0, len(rows), step):
        squares = diversity.squared_distances(rows[start : start + step], sample)
        nearest = np.sqrt(np.partition(squares, count - 1, axis=1)[:, :count])
        found[start : start + step] = nearest.sum(axis=1) / (count - 1)
    return 1.0 / np.maximum(found, np.finfo(np.float64).tiny ** 0.5)


def _round(rows: Dense, is_covered: Flags, count: int, rng: np.random.Generator) -> Ints:
    """Order what is not covered yet: the most typical of each of so many clusters in turn."""
    cluster = clustering.clusters(rows, min(count, MOST_CLUSTERS), rng)
    scores = np.empty(len(rows))
    for number in np.unique(cluster):
        members = np.flatnonzero(cluster == number)
        scores[members] = typicality(rows[members], rng)
    left = np.flatnonzero(~is_covered)
    had = np.bincount(cluster[is_covered], minlength=int(cluster.max()) + 1)
    turns = clustering.in_turns(cluster[left], scores[left], biggest_first=True, had=had)
    return left[turns].astype(np.int64)
