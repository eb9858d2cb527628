"""Agreement of people, with intervals that hold it."""

import numpy as np
import pytest

from tests.workers.learning import crowd
from workers.learning import agreement
from workers.learning.votes import Votes


def test_agreement_counts_each_shared_item_once() -> None:
    # Item 0: ana, ben and cleo say 0, 0, 1. Item 1: ana alone. Item 2: ana and ben say 1, 1.
    votes = Votes(
        item=np.array([0, 0, 0, 1, 2, 2]),
        annotator=np.array([0, 1, 2, 0, 0, 1]),
        label=np.array([0, 0, 1, 0, 1, 1]),
        items=3,
        annotators=4,
        classes=2,
    )

    ana, ben, cleo, dan = agreement.of_annotators(votes)

    assert ana is not None
    assert (ana.value, ana.compared) == (0.75, 2)
    assert ben is not None
    assert ben.value == 0.75
    assert cleo is not None
    assert (cleo.value, cleo.low) == (0.0, 0.0)
    assert dan is None


def test_the_interval_of_agreement_holds_it_in_about_95_of_100_projects() -> None:
    skill, held = [0.9, 0.8], 0
    expected = 0.9 * 0.8 + 0.1 * 0.2
    for seed in range(300):
        rng = np.random.default_rng(seed)
        truth = rng.integers(0, 2, 80)
        votes = crowd.votes(truth, skill, labels_per_item=2, classes=2, rng=rng)
        found = agreement.of_annotators(votes)[0]
        assert found is not None
        held += found.low <= expected <= found.high

    assert 0.92 <= held / 300 <= 0.985


@pytest.mark.parametrize(
    ("second", "kappa"),
    [([0, 0, 1, 1], 1.0), ([1, 1, 0, 0], -1.0), ([0, 1, 1, 0], 0.0)],
)
def test_kappa_is_agreement_beyond_chance(second: list[int], kappa: float) -> None:
    found = agreement.kappa(np.array([0, 0, 1, 1]), np.array(second))

    assert found is not None
    assert found.value == pytest.approx(kappa)
    assert found.low <= found.value <= found.high
    assert found.low < found.high


def test_kappa_says_nothing_of_one_class_or_of_nothing() -> None:
    assert agreement.kappa(np.array([1, 1]), np.array([1, 1])) is None
    assert agreement.kappa(np.zeros(0, np.int64), np.zeros(0, np.int64)) is None
