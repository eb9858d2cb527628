"""Items that differ from one another, and from those already chosen."""

from typing import Any

import numpy as np
from scipy import sparse

from workers.learning import scaling as scalings
from workers.learning.arrays import Dense, Floats, Ints, Matrix, Sparse, is_sparse

# Entries of a distance table that are in memory at once when many rows are already chosen.
ENTRIES_AT_ONCE = 4_000_000
# Squared distances below this many roundings of the squared lengths are those of equal rows.
ROUNDINGS = 16


def diversify(best_first: Matrix, rng: np.random.Generator, picks: int | None = None) -> Ints:
    """Reorder rows that come best first, float[T, d] or CSR: int64[T], the best one stays first.

    After `picks` rows (default: all) the rest keep their order. O(picks * T * d).
    """
    length = best_first.shape[0]
    wanted = length if picks is None else min(picks, length)
    if wanted == 0:
        return np.arange(length)
    head = kmeans_plus_plus(unit(best_first), wanted, rng, first=0)
    rest = np.setdiff1d(np.arange(length), head)
    return np.concatenate([head, rest])


def kmeans_plus_plus(
    features: Matrix,
    count: int,
    rng: np.random.Generator,
    *,
    first: int | None = None,
    chosen: Matrix | None = None,
) -> Ints:
    """Draw rows, each with probability proportional to D squared: int64[min(count, n)].

    D is the Euclidean distance to the nearest row that is drawn already, is `first`, or is in
    `chosen` (for example the labelled items). The first row is `first`; else uniform when there
    is nothing yet to be far from. Once all distances are zero the rest come in random order. No
    row comes twice. (Arthur & Vassilvitskii 2007.) O((count + len(chosen)) * n * d) time,
    O(n * d) memory.
    """
    length: int = features.shape[0]
    squares = _squared_lengths(features)
    nearest = np.full(length, np.inf)
    if chosen is not None:
        nearest = to_nearest(features, chosen)
    free = np.ones(length, dtype=bool)
    order = np.zeros(min(count, length), dtype=np.int64)
    for step in range(len(order)):
        pick = first if step == 0 and first is not None else _draw(nearest, rng)
        if pick is None:
            order[step:] = rng.permutation(np.flatnonzero(free))[: len(order) - step]
            break
        order[step] = pick
        free[pick] = False
        distances = squared_distances(features, features[[pick]], squares)[:, 0]
        np.minimum(nearest, distances, out=nearest)
        nearest[pick] = 0.0
    return order


def to_nearest(features: Matrix, chosen: Matrix) -> Floats:
    """Give each row's squared distance to the nearest chosen row: float64[n], infinite for none."""
    squares = _squared_lengths(features)
    nearest = np.full(features.shape[0], np.inf)
    step = max(1, ENTRIES_AT_ONCE // max(features.shape[0], 1))
    for start in range(0, chosen.shape[0], step):
        distances = squared_distances(features, chosen[start : start + step], squares)
        np.minimum(nearest, distances.min(axis=1), out=nearest)
    return nearest


def nearest(rows: Dense, centres: Dense) -> Ints:
    """Give the index of the centre nearest to each row, int64[n]; of equally near ones the first.

    One matrix product of n rows and all centres.

    >>> nearest(np.array([[1.0], [4.0]]), np.array([[0.0], [2.0], [4.0]])).tolist()
    [0, 2]
    """
    # |x - c|^2 = |x|^2 - 2 (x c - |c|^2 / 2), whose first part is the same for all centres.
    closeness = rows @ centres.T - np.vecdot(centres, centres) / 2
    return np.asarray(closeness.argmax(axis=1), dtype=np.int64)


def squared_distances(features: Matrix, centres: Matrix, squares: Floats | None = None) -> Floats:
    """Give float64[n, centres]; what is within rounding of zero is zero.

    `squares` are the squared lengths of `features`, where they are known already.
    """
    # One centre at a time is fastest against sparse rows when written out.
    if is_sparse(centres) and centres.shape[0] == 1:
        centres = centres.toarray()
    products: Any = features @ centres.T
    if is_sparse(products):
        products = products.toarray()
    known = _squared_lengths(features) if squares is None else squares
    sums = known[:, None] + _squared_lengths(centres)[None, :]
    distances = sums - 2.0 * np.asarray(products, dtype=np.float64)
    distances[distances <= ROUNDINGS * np.finfo(features.dtype).eps * sums] = 0.0
    return distances


def unit(features: Matrix) -> Matrix:
    """Divide each row by its Euclidean length, in the rows' own precision; zero rows stay."""
    if is_sparse(features):
        lengths = np.sqrt(_squared_lengths(features))
        lengths[lengths == 0] = 1.0
        return sparse.csr_matrix(sparse.diags(1.0 / lengths) @ features, dtype=features.dtype)
    rows = np.asarray(features)
    return rows / scalings.norms(rows)[:, None].astype(rows.dtype)


def reduced(features: Sparse, dimensions: int, rng: np.random.Generator) -> Dense:
    """Project CSR rows on random directions: float32[n, min(dimensions, terms in use)].

    Signs of equal chance keep distances (Johnson & Lindenstrauss 1984; Achlioptas 2003), at the
    price of one sparse product; rows without terms become zero.
    """
    terms, columns = np.unique(features.indices, return_inverse=True)
    if len(terms) <= dimensions:
        return np.asarray(features[:, terms].toarray(), dtype=np.float32)
    used = sparse.csr_matrix(
        (features.data.astype(np.float32), columns, features.indptr),
        shape=(features.shape[0], len(terms)),
    )
    signs = rng.integers(0, 2, (len(terms), dimensions), dtype=np.int8)
    scale = np.float32(1 / np.sqrt(dimensions))
    return np.asarray(used @ ((2 * signs - 1).astype(np.float32) * scale))


def _draw(nearest: Floats, rng: np.random.Generator) -> int | None:
    """Draw a row by its squared distance; None when no row is at a distance."""
    if np.isinf(nearest).all():
        return int(rng.integers(len(nearest)))
    cumulative = np.cumsum(nearest)
    if not cumulative[-1] > 0:
        return None
    cumulative /= cumulative[-1]
    return int(np.searchsorted(cumulative, rng.random(), side="right"))


def _squared_lengths(features: Matrix) -> Floats:
    if is_sparse(features):
        return np.asarray(features.multiply(features).sum(axis=1), dtype=np.float64).ravel()
    rows = np.asarray(features)
    return np.asarray(np.vecdot(rows, rows), dtype=np.float64)
