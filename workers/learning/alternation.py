"""Two orders of the same items, taken in turns."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice, zip_longest

import numpy as np

from workers.learning import selection
from workers.learning.arrays import Ints
from workers.learning.selection import Ranked


def alternate(first: Ranked, second: Ranked, count: int) -> Ranked:
    """Take the best item that is left of each order in turn, beginning with the first order.

    Any beginning is half and half: of b places floor(b / 2) are the second order's. The result
    has min(count, n) items, and is exact if both orders hold their first `count` items (or all).
    An item's score is that of the order that brought it.

    >>> some, others = np.array([5, 6, 7]), np.array([7, 5, 6])
    >>> orders = [Ranked(positions=each, scores=np.zeros(3)) for each in (some, others)]
    >>> alternate(*orders, count=3).positions
    array([5, 7, 6])
    """
    both = selection.joined([first, second])
    is_taken = bytearray(int(both.positions.max(initial=-1)) + 1)
    turns = zip_longest(
        _left(first.positions.tolist(), is_taken, 0),
        _left(second.positions.tolist(), is_taken, len(first.positions)),
    )
    taken = islice((each for each in chain.from_iterable(turns) if each is not None), count)
    order: Ints = np.fromiter(taken, dtype=np.int64)
    return both.at(order)


def _left(items: Sequence[int], is_taken: bytearray, offset: int) -> Iterator[int]:
    """Places in an order, counted from an offset, whose item nobody has taken; it is then taken."""
    for place, item in enumerate(items, offset):
        if not is_taken[item]:
            is_taken[item] = True
            yield place
