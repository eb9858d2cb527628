"""How alike rows are, by a radial kernel."""

import numpy as np

from workers.learning.arrays import Floats


def likeness(rows: Floats, others: Floats, gamma: float) -> Floats:
    """Give exp(-gamma * squared distance) of scaled rows to others: float64[n, m].

    >>> likeness(np.array([[0.0], [1.0]]), np.array([[0.0]]), gamma=1.0).round(4).ravel()
    array([1.    , 0.3679])
    """
    # Seen from the middle of the others, so that lengths do not swallow distances in float32.
    middle = others.mean(axis=0)
    left, right = (rows - middle).astype(np.float32), (others - middle).astype(np.float32)
    squares = left @ right.T
    squares *= -2.0
    squares += np.vecdot(left, left)[:, None]
    squares += np.vecdot(right, right)
    np.maximum(squares, 0.0, out=squares)
    squares *= -gamma
    return np.asarray(np.exp(squares, out=squares), dtype=np.float64)
