"""Two orders in turns are what a child would do with two piles."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.learning.alternation import alternate
from workers.learning.selection import Ranked


def piles(first: list[int], second: list[int]) -> list[int]:
    """Take from each in turn what is left."""
    order: list[int] = []
    left, sources = set(first) | set(second), [list(first), list(second)]
    while left:
        for source in sources:
            while source and source[0] not in left:
                source.pop(0)
            if source:
                left.remove(source[0])
                order.append(source.pop(0))
    return order


def ranked(positions: list[int], sign: int = 1) -> Ranked:
    items = np.array(positions, dtype=np.int64)
    return Ranked(positions=items, scores=sign * np.arange(len(items), 0, -1.0))


@settings(deadline=None)
@given(items=st.sets(st.integers(0, 10**6), max_size=40), seed=st.integers(0, 99))
def test_items_are_taken_in_turns_each_once(items: set[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    first, second = (rng.permutation(sorted(items)).tolist() for _ in range(2))

    found = alternate(ranked(first), ranked(second, -1), count=len(items))

    assert found.positions.tolist() == piles(first, second)
    assert found.positions.dtype == np.int64
    for turn, score in enumerate(found.scores):
        assert (score > 0) == (turn % 2 == 0)


@pytest.mark.parametrize("count", [0, 1, 7, 40])
def test_the_head_needs_only_the_heads(count: int) -> None:
    rng = np.random.default_rng(0)
    first, second = rng.permutation(200).tolist(), rng.permutation(200).tolist()

    found = alternate(ranked(first[:count]), ranked(second[:count]), count=count)

    assert found.positions.tolist() == piles(first, second)[:count]


def test_a_hundred_thousand_items_work() -> None:
    orders = [ranked(np.random.default_rng(seed).permutation(100_000).tolist()) for seed in (0, 1)]

    found = alternate(*orders, count=100_000)

    assert len(np.unique(found.positions)) == 100_000
