"""Estimates that lean on confidence: right without it, narrower where it tells right from wrong."""

from collections.abc import Callable

import numpy as np
import pytest

from workers.learning import adjusted, estimates
from workers.learning.estimates import Estimate

Estimating = Callable[[np.ndarray, np.ndarray, np.ndarray], Estimate | None]

REPLAYS, LABELS, SAMPLE = 500, 300, 1_000


def drawn(rng: np.random.Generator, *, informative: bool) -> tuple[np.ndarray, np.ndarray]:
    """Confidences of a sample, and whether each decision is right; 80 % are, or nearly so."""
    confidences = rng.beta(4, 1, SAMPLE)
    chance = confidences if informative else np.full(SAMPLE, 0.8)
    return confidences, rng.random(SAMPLE) < chance


@pytest.mark.parametrize("informative", [True, False], ids=["calibrated", "of no use"])
@pytest.mark.parametrize("estimate", [adjusted.aipw, adjusted.stratified])
def test_an_interval_holds_the_truth_as_often_as_it_says(
    estimate: Estimating, informative: bool
) -> None:
    rng, held = np.random.default_rng(0), 0
    for _ in range(REPLAYS):
        confidences, right = drawn(rng, informative=informative)
        found = estimate(right[:LABELS], confidences[:LABELS], confidences)
        assert found is not None
        held += found.low <= 0.8 <= found.high

    assert held / REPLAYS >= 0.92


@pytest.mark.parametrize("estimate", [adjusted.aipw, adjusted.stratified])
def test_confidence_that_tells_right_from_wrong_narrows_the_interval(estimate: Estimating) -> None:
    rng = np.random.default_rng(1)
    confidences = np.where(rng.random(5_000) < 0.6, 0.98, 0.3) + 0.01 * rng.random(5_000)
    right = rng.random(5_000) < confidences

    found = estimate(right[:LABELS], confidences[:LABELS], confidences)

    assert found is not None
    plain = estimates.share(int(right[:LABELS].sum()), LABELS)
    assert found.half_width < 0.9 * plain.half_width


def test_strata_with_too_few_labels_say_nothing() -> None:
    confidences = np.linspace(0, 1, 1_000)
    lowest = confidences[:250]

    assert adjusted.aipw(lowest > 0.1, lowest, confidences) is not None
    assert adjusted.stratified(lowest > 0.1, lowest, confidences) is None


@pytest.mark.parametrize("estimate", [adjusted.aipw, adjusted.stratified])
def test_few_labels_have_no_normal_interval(estimate: Estimating) -> None:
    confidences = np.linspace(0, 1, 199)

    assert estimate(confidences > 0.5, confidences, confidences) is None


def test_many_equal_confidences_at_the_top_are_one_stratum() -> None:
    rng = np.random.default_rng(0)
    rest = np.where(rng.random(1_000) < 0.3, 1.0, rng.uniform(0.5, 1.0, 1_000))
    right = rng.random(500) < rest[:500]

    found = adjusted.stratified(right, rest[:500], rest)

    assert found is not None
    assert found.low < right.mean() < found.high
