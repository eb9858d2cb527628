"""Shares estimated from a sample: intervals that cover, bounds, looks, labels still needed."""

from math import inf

import numpy as np
import pytest
from scipy import stats

from workers.learning import estimates

REPLAYS = 2_000


def covered(p: float, labels: int, *, seed: int = 0) -> float:
    """How often the interval of a binomial sample holds the truth."""
    drawn = np.random.default_rng(seed).binomial(labels, p, REPLAYS)
    found = {right: estimates.share(right, labels) for right in set(drawn.tolist())}
    return float(np.mean([found[right].low <= p <= found[right].high for right in drawn.tolist()]))


@pytest.mark.parametrize("p", [0.55, 0.8, 0.93, 0.99, 1.0])
@pytest.mark.parametrize("labels", [50, 400])
def test_an_interval_holds_the_truth_as_often_as_it_says(p: float, labels: int) -> None:
    assert covered(p, labels) >= 0.93


@pytest.mark.parametrize(("right", "labels"), [(384, 412), (50, 100), (200, 800)])
def test_the_default_is_wilsons_interval(right: int, labels: int) -> None:
    found = estimates.share(right, labels)
    known = stats.binomtest(right, labels).proportion_ci(method="wilson")

    assert found.method == "wilson"
    assert (found.low, found.high) == pytest.approx((known.low, known.high))


@pytest.mark.parametrize(("right", "labels"), [(3, 100), (97, 100), (0, 60), (60, 60)])
def test_small_counts_have_the_exact_interval(right: int, labels: int) -> None:
    found = estimates.share(right, labels)
    known = stats.binomtest(right, labels).proportion_ci(method="exact")

    assert found.method == "clopper_pearson"
    assert (found.low, found.high) == pytest.approx((known.low, known.high))


def test_a_sample_of_nearly_all_of_a_population_leaves_little_open() -> None:
    source, of_pool, whole = (
        estimates.share(900, 1_000, population=each) for each in (inf, 1_100, 1_000)
    )

    assert of_pool.half_width < source.half_width / 3
    assert (whole.low, whole.high) == (0.9, 0.9)


def test_an_interval_with_the_correction_holds_the_share_of_the_population() -> None:
    rng, population, labels = np.random.default_rng(0), 2_000, 400
    truth = rng.random(population) < 0.85
    drawn = rng.hypergeometric(truth.sum(), population - truth.sum(), labels, REPLAYS)
    found = [estimates.share(int(right), labels, population=population) for right in drawn]

    share = truth.mean()
    assert 0.93 <= np.mean([each.low <= share <= each.high for each in found]) <= 0.97


def test_what_nobody_can_answer_bounds_a_share_both_ways() -> None:
    found = estimates.share(80, 90, unanswerable=10)

    assert found.value == pytest.approx(80 / 90)
    assert found.low == estimates.share(80, 100).low
    assert found.high == estimates.share(90, 100).high


def test_all_looks_together_miss_no_more_often_than_one() -> None:
    p, alpha, looks = 0.9, 0.05, (50, 100, 200, 400, 800)
    rng = np.random.default_rng(1)
    right = np.cumsum(rng.random((500, looks[-1])) < p, axis=1)

    missed = np.zeros(500, dtype=bool)
    for labels in looks:
        _, confidence = estimates.at_look(labels, 1 - alpha)
        for n, count in enumerate(right[:, labels - 1].tolist()):
            found = estimates.share(count, labels, confidence=confidence)
            missed[n] |= not found.low <= p <= found.high

    assert missed.mean() <= alpha


def test_the_labels_that_are_needed_give_the_interval_that_was_asked_for() -> None:
    labels = estimates.needed(0.9, 0.02)

    assert estimates.share(round(0.9 * labels), labels).half_width == pytest.approx(0.02, abs=2e-4)
