"""How much of a pool each label stands for, where a strategy chose what was labelled."""

import numpy as np

from workers.learning import diversity
from workers.learning.arrays import Floats, Ints, Matrix, is_sparse

SAMPLE = 2_000
"""Items drawn from a pool, by which labels count for what they are near to."""
ROWS_AT_ONCE = 1_024


def of(rows: Matrix, pool: Matrix) -> Floats:
    """Give each row the share of a pool that is nearest to it: float64[n] with a mean of 1.

    What a strategy chose is hard, and hardest for the estimator that chose: by a plain mean over
    labels every other estimator looks better than the one in use. Class given features is the
    same among labels as in the pool, so rows weighted by the ratio of the two densities stand for
    the pool (Shimodaira 2000), and the share of the nearest neighbour is an estimate of the ratio
    (Loog 2012). A row counts as its own neighbour once.

    Args:
        rows: scaled rows of the labels, float[n, d] or tf-idf CSR.
        pool: scaled rows drawn at random from the pool, float[m, d] or tf-idf CSR.
    """
    counts = np.ones(rows.shape[0])
    for start in range(0, pool.shape[0], ROWS_AT_ONCE):
        nearest = _nearest(pool[start : start + ROWS_AT_ONCE], rows)
        counts += np.bincount(nearest, minlength=len(counts))
    return np.asarray(counts / counts.mean(), dtype=np.float64)


def _nearest(block: Matrix, rows: Matrix) -> Ints:
    """The row nearest to each of a block, int64[b]; of equally near ones the first."""
    if is_sparse(block):  # of unit length: the nearest is the likest
        return np.asarray((block @ rows.T).toarray().argmax(axis=1), dtype=np.int64)
    return diversity.nearest(np.asarray(block), np.asarray(rows))
