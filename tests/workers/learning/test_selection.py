"""The top is the head of a full sort, and hashes break ties without favour."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workers.learning import selection
from workers.learning.selection import Ranked

SCORES = st.lists(st.sampled_from([-np.inf, -1.0, -0.0, 0.0, 0.5, 1.0]), max_size=60)


def full_sort(scores: np.ndarray, ties: np.ndarray, count: int) -> list[int]:
    return np.lexsort((ties, -scores))[:count].tolist()


@settings(deadline=None)
@given(some=SCORES, count=st.integers(0, 70), kinds_of_tie=st.sampled_from([1, 2, 2**63]))
def test_the_top_is_the_head_of_a_full_sort(some: list, count: int, kinds_of_tie: int) -> None:
    scores = np.array(some)
    ties = selection.hashes(1, np.arange(len(some))) % np.uint64(kinds_of_tie)

    chosen = selection.top(scores, ties, count)

    assert chosen.dtype == np.int64
    assert chosen.tolist() == full_sort(scores, ties, count)


@pytest.mark.parametrize("values", [1, 3, 10**9], ids=["one score", "three scores", "distinct"])
@pytest.mark.parametrize("count", [1, 999, 100_000])
def test_the_top_of_many_is_exact(values: int, count: int) -> None:
    scores = np.random.default_rng(0).integers(0, values, 100_000) / values
    ties = selection.hashes(5, np.arange(100_000))

    assert selection.top(scores, ties, count).tolist() == full_sort(scores, ties, count)


@pytest.mark.parametrize("values", [1, 3, 30_000, 10**7], ids=["one", "three", "many", "few ties"])
@pytest.mark.parametrize("kinds_of_tie", [2, 2**63])
def test_an_order_of_all_is_a_full_sort(values: int, kinds_of_tie: int) -> None:
    scores = np.random.default_rng(0).integers(0, values, 20_000) / values
    ties = selection.hashes(5, np.arange(20_000)) % np.uint64(kinds_of_tie)

    assert selection.order(scores, ties).tolist() == full_sort(scores, ties, 20_000)


def test_an_order_of_a_score_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not a number"):
        selection.order(np.array([1.0, np.nan, 0.5]), np.zeros(3, np.uint64))


def test_a_score_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not a number"):
        selection.top(np.array([1.0, np.nan]), np.zeros(2, np.uint64), 1)


@settings(deadline=None)
@given(some=SCORES, cuts=st.lists(st.integers(0, 60), max_size=4), count=st.integers(0, 70))
def test_merged_tops_are_the_top_of_all(some: list, cuts: list, count: int) -> None:
    scores, positions = np.array(some), np.arange(len(some)) * 7
    ties = selection.hashes(9, positions)

    parts = []
    for shard in np.split(np.arange(len(some)), sorted(min(cut, len(some)) for cut in cuts)):
        best = shard[selection.top(scores[shard], ties[shard], count)]
        parts.append(Ranked(positions=positions[best], scores=scores[best]))
    merged, part_of = selection.merge(parts, seed=9, count=count)

    best = selection.top(scores, ties, count)
    assert all(at in parts[of].positions for at, of in zip(merged.positions, part_of, strict=True))
    assert merged.positions.tolist() == positions[best].tolist()
    assert merged.scores.tolist() == scores[best].tolist()


def test_nothing_merges_to_nothing() -> None:
    merged, part_of = selection.merge([], seed=0, count=3)

    assert (len(merged.positions), merged.positions.dtype) == (0, np.int64)
    assert len(part_of) == 0
    assert (len(merged.scores), merged.scores.dtype) == (0, np.float64)


@given(st.integers())
def test_any_whole_number_is_a_seed(seed: int) -> None:
    hashed = selection.hashes(seed, np.arange(1000))

    assert hashed.dtype == np.uint64
    assert len(np.unique(hashed)) == 1000


def test_hashes_are_splitmix64() -> None:
    published = [16294208416658607535, 7960286522194355700, 487617019471545679]

    state = np.arange(1, 4, dtype=np.uint64) * selection.GOLDEN

    assert selection._mixed(state).tolist() == published


def test_hashes_stay_as_they_were_in_earlier_releases() -> None:
    assert selection.hashes(0, np.array([0, 1])).tolist() == [
        12035550249420947055,
        12935080325729570654,
    ]
    assert selection.hashes(-1, np.array([0, 1])).tolist() == [
        6755974106381971767,
        13665441387248026780,
    ]


def test_a_hash_belongs_to_the_item() -> None:
    all_of_them = selection.hashes(3, np.arange(100))

    assert selection.hashes(3, np.array([42]))[0] == all_of_them[42]
    assert not np.isin(selection.hashes(4, np.arange(100)), all_of_them).any()


@pytest.mark.parametrize("seed", range(5))
def test_draws_are_uniform_and_independent_of_the_position(seed: int) -> None:
    draws = selection.draws(seed, np.arange(100_000))

    assert draws.min() >= 0
    assert draws.max() < 1
    expected = 100_000 / 20
    counts = np.bincount((draws * 20).astype(int), minlength=20)
    assert ((counts - expected) ** 2 / expected).sum() < 45  # 99.9 % point of chi-squared, 19
    assert abs(np.corrcoef(draws[:-1], draws[1:])[0, 1]) < 0.015


def test_ties_favour_no_end_of_the_pool() -> None:
    firsts = [
        selection.top(np.zeros(1000), selection.hashes(seed, np.arange(1000)), 1)[0]
        for seed in range(300)
    ]

    assert 450 < np.mean(firsts) < 550
    assert len(set(firsts)) > 230
