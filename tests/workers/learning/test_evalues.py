"""Evidence that may be looked at after each label: seldom large where nothing is wrong."""

import numpy as np
import pytest
from scipy import stats

from workers.learning import evalues

NONE = np.zeros(1, np.int64)


def grown(is_right: np.ndarray, claimed: np.ndarray) -> np.ndarray:
    """The e-value after each of the predictions of one group, at each of which people look."""
    groups = np.zeros(len(is_right), np.int64)
    return np.array(
        [
            evalues.against_chances(groups[:n], is_right[:n], claimed[:n], count=1)[0]
            for n in range(1, len(is_right) + 1)
        ]
    )


def test_evidence_is_seldom_large_at_any_look_where_the_claim_holds_by_a_hair() -> None:
    rng = np.random.default_rng(0)
    above = 0
    for _ in range(100):
        claimed = rng.uniform(0.6, 0.85, 40)
        above += grown(rng.random(40) < claimed, claimed).max() >= 10

    assert above / 100 <= 0.1


def test_a_p_value_at_each_look_would_be_crossed_more_often_than_it_says() -> None:
    """Why it is not one: the same looks at an exact binomial test."""
    rng = np.random.default_rng(0)
    crossed = 0
    for _ in range(300):
        right = np.cumsum(rng.random(60) < 0.7)
        crossed += stats.binom.cdf(right, np.arange(1, 61), 0.7).min() <= 0.1

    assert crossed / 300 > 0.2


def test_evidence_grows_where_the_claim_is_false_and_falls_where_it_holds() -> None:
    claimed = np.full(40, 0.8)

    assert grown(np.arange(40) % 2 == 0, claimed)[-1] > 1_000
    assert grown(np.ones(40, dtype=bool), claimed)[-1] < 0.1


def test_groups_are_apart_and_without_predictions_nothing_is_known() -> None:
    groups = np.array([2, 0, 2])
    found = evalues.against_chances(groups, np.zeros(3, bool), np.full(3, 0.5), count=4)

    assert found[[1, 3]] == pytest.approx(1.0)
    assert found[2] > found[0] > 1
    assert evalues.against_rate(NONE, NONE, 0.2) == pytest.approx(1.0)


@pytest.mark.parametrize("limit", [0.1, 0.3, 0.9])
def test_a_rate_is_the_mean_likelihood_ratio_of_those_above_it(limit: float) -> None:
    rates = limit + (1 - limit) * (np.arange(20_000) + 0.5) / 20_000
    ratio = (rates / limit) ** 5 * ((1 - rates) / (1 - limit)) ** 3

    found = evalues.against_rate(np.array([5]), np.array([8]), limit)

    assert found[0] == pytest.approx(ratio.mean(), rel=1e-4)


def test_evidence_against_a_rate_is_1_on_the_mean_at_that_rate() -> None:
    wrong = np.arange(31)
    found = evalues.against_rate(wrong, np.full(31, 30), 0.2)

    assert (stats.binom.pmf(wrong, 30, 0.2) * found).sum() == pytest.approx(1.0)


def test_more_discoveries_need_less_evidence_each() -> None:
    alone, together = np.array([160.0, 1.0, 1.0]), np.array([160.0, 160.0, 1.0])

    assert not evalues.discovered(alone, rate=0.1, tests=32).any()
    assert evalues.discovered(together, rate=0.1, tests=32).tolist() == [True, True, False]
    assert not evalues.discovered(np.zeros(0), rate=0.1, tests=0).any()
