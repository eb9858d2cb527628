"""Orders in which what is too much like an earlier row stands back."""

import numpy as np

from workers.learning import diversity
from workers.learning.arrays import Flags, Ints, Matrix

ROWS_AT_ONCE = 512


def capped(classes: Ints, cap: int) -> Ints:
    """Reorder rows of these predicted classes so that none crowds the others out: int64[n].

    First come `cap` rows of each class, then `cap` more of each, and so on, each time in the
    order given.

    >>> capped(np.array([7, 7, 7, 7, 3, 3]), cap=2)
    array([0, 1, 4, 5, 2, 3])
    """
    grouped = np.argsort(classes, kind="stable")
    in_order = classes[grouped]
    earlier = np.empty(len(classes), dtype=np.int64)
    earlier[grouped] = np.arange(len(classes)) - np.searchsorted(in_order, in_order)
    return np.argsort(earlier // cap, kind="stable").astype(np.int64)


def repeats(best_first: Matrix, likeness: float) -> Flags:
    """Say which rows nearly repeat a better one that does not itself: bool[n].

    Two rows are near when the cosine of their angle is above `likeness`; rows of zeros are near
    to none. O(n^2 d) time, a stretch of the table of cosines at a time.
    """
    unit = diversity.unit(best_first)
    is_repeat = np.zeros(unit.shape[0], dtype=bool)
    for start in range(0, unit.shape[0], ROWS_AT_ONCE):
        end = min(start + ROWS_AT_ONCE, unit.shape[0])
        rows, others = (unit[start:end] @ unit[:end].T > likeness).nonzero()
        rows = rows + start
        earlier = others < rows
        rows, others = rows[earlier], others[earlier]
        found, begins = np.unique(rows, return_index=True)  # they come row by row
        ends = np.append(begins[1:], len(rows))
        for row, begin, stop in zip(found, begins, ends, strict=False):
            is_repeat[row] = not is_repeat[others[begin:stop]].all()
    return is_repeat
