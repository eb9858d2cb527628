"""Areas, and labels saved at equal accuracy."""

import doctest

import pytest

from benchmarks import curves
from benchmarks.curves import Curve, Saving


def curve(accuracies: list[float], seed: int = 0) -> Curve:
    labels = list(range(10, 10 * len(accuracies) + 1, 10))
    return Curve(arm="service", seed=seed, labels=labels, accuracies=accuracies)


def test_the_examples_are_true() -> None:
    assert doctest.testmod(curves).failed == 0


@pytest.mark.parametrize(
    ("accuracy", "labels"),
    [(0.5, 10), (0.6, 10), (0.65, 15), (0.7, 20), (0.8, 30), (0.81, None)],
    ids=["below the start", "at the start", "between", "at a point", "at the end", "beyond"],
)
def test_labels_for_an_accuracy_lie_on_the_smoothed_curve(
    accuracy: float, labels: float | None
) -> None:
    rising = curve([0.5, 0.7, 0.9])  # smoothed: .6, .7, .8

    found = rising.labels_for(accuracy)

    assert found == (labels if labels is None else pytest.approx(labels))


def test_a_lucky_batch_does_not_count_as_reached() -> None:
    lucky = curve([0.5, 0.5, 0.8, 0.5, 0.5])

    assert lucky.labels_for(0.7) is None


def test_labels_are_saved_seed_by_seed() -> None:
    ours = [curve([0.8] * 4), curve([0.5, 0.5, 0.8, 0.8])]
    others = [curve([0.6] * 4), curve([0.6] * 4)]

    found = curves.saving(ours, others, 40)

    assert found is not None
    assert found.accuracy == pytest.approx(0.6)
    assert found.needed == [10, pytest.approx(20)]
    assert found.shares == [0.75, pytest.approx(0.5)]
    assert found.is_clear


@pytest.mark.parametrize(
    ("needed", "is_known", "is_clear"),
    [
        ([50, 60], True, True),
        ([120, 150], True, True),
        ([50, 120], True, False),
        ([50, None], False, False),
        ([], False, False),
    ],
    ids=["fewer", "more", "seeds disagree", "not reached", "no seeds"],
)
def test_a_saving_says_how_sure_it_is(
    needed: list[float | None], is_known: bool, is_clear: bool
) -> None:
    found = Saving(labels=100, accuracy=0.9, needed=needed)

    assert (found.is_known, found.is_clear) == (is_known, is_clear)


def test_nothing_is_compared_where_nothing_was_measured() -> None:
    assert curves.saving([curve([0.5])], [curve([0.5])], 40) is None
