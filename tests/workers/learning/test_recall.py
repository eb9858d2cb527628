"""A search that is said to have found enough has, in 95 of 100 cases at least."""

from math import comb, floor

import numpy as np
import pytest

from workers.learning import recall
from workers.learning.recall import Part


@pytest.mark.parametrize(
    ("target", "least", "of_fifty"), [(0.7, 9, 41), (0.8, 14, 45), (0.9, 29, 49), (0.95, 59, None)]
)
def test_the_numbers_needed_are_those_of_the_paper(
    target: float, least: int, of_fifty: int | None
) -> None:
    assert recall.least_sample(target=target) == least
    assert recall.needed(least, target=target) == least
    assert recall.needed(least - 1, target=target) is None
    assert recall.needed(50, target=target) == of_fifty
    assert recall.needed(0, target=target) is None


def test_no_sample_shows_that_nothing_is_missed() -> None:
    assert recall.least_sample(target=1.0) is None
    assert recall.needed(10_000, target=1.0) is None


def test_stopping_at_so_many_sampled_positives_misses_the_target_in_5_of_100() -> None:
    rng = np.random.default_rng(0)
    wanted = recall.needed(50, target=0.8)
    assert wanted is not None
    reached = []
    for _ in range(2000):
        # 500 positives in the order that a run finds them; 50 of them are in the sample.
        sampled = np.sort(rng.choice(500, 50, replace=False))
        reached.append((sampled[wanted - 1] + 1) / 500 >= 0.8)

    assert 0.94 <= np.mean(reached) <= 0.98


def by_hand(positive: np.ndarray, pool: int, target: float) -> float:
    def cdf(most: int, urn: int, marked: int, drawn: int) -> float:
        ways = sum(comb(marked, k) * comb(urn - marked, drawn - k) for k in range(most + 1))
        return ways / comb(urn, drawn)

    seen, best = int(positive.sum()), 1.0
    for last in range(1, len(positive) + 1):
        among = int(positive[-last:].sum())
        left = floor(seen / target + 1 - (seen - among))
        before = pool - (len(positive) - last)
        best = min(best, cdf(among, before, left, last) if left <= before else 0.0)
    return best


def test_the_p_value_is_the_least_over_all_last_items() -> None:
    positive = np.array([1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0], dtype=bool)

    found = recall.p_value(positive, pool=30, target=0.8)

    assert found == pytest.approx(by_hand(positive, 30, 0.8))


@pytest.mark.parametrize("count", [60, 150, 220])
def test_one_look_at_a_random_order_is_seldom_taken_for_enough_before_it_is(count: int) -> None:
    early = 0
    for seed in range(300):
        positive = np.random.default_rng(seed).permutation(np.arange(300) < 40)
        is_enough = recall.p_value(positive[:count], pool=300, target=0.8) < 0.05
        early += is_enough and positive[:count].sum() < 0.8 * 40

    assert early / 300 <= 0.05


def test_nothing_found_proves_nothing_and_a_pool_that_was_seen_through_everything() -> None:
    positive = np.arange(50) % 5 == 0

    assert recall.p_value(np.zeros(40, bool), pool=50, target=0.8) == 1.0
    assert recall.p_value(np.zeros(0, bool), pool=50, target=0.8) == 1.0
    assert recall.p_value(positive, pool=50, target=0.8) == 0.0


def test_the_interval_of_the_total_holds_it() -> None:
    held = 0
    for seed in range(400):
        rng = np.random.default_rng(seed)
        left = rng.permutation(np.arange(1000) < 60)
        part = Part(unseen=1000, sampled=200, positive=int(left[:200].sum()))
        found = recall.total(100, [part])
        assert found is not None
        held += found.low <= 160 <= found.high

    assert held / 400 >= 0.95
    assert recall.total(5, [Part(unseen=100, sampled=0, positive=0)]) is None
    nothing_left = recall.total(5, [Part(unseen=0, sampled=0, positive=0)])
    assert nothing_left is not None
    assert (nothing_left.low, nothing_left.recall) == (5, 1)
