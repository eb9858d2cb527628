"""Precision, recall and F1 of a class: with intervals, or null with what is needed."""

import numpy as np
import pytest

from workers.learning import per_class


def test_a_class_with_enough_items_has_all_three() -> None:
    truth = np.repeat([0, 1], [100, 50])
    predicted = np.concatenate([np.repeat([0, 1], [90, 10]), np.repeat([1, 0], [40, 10])])

    first, second = per_class.of_classes(truth, predicted, classes=2, rng=np.random.default_rng(0))

    assert first.recall is not None
    assert second.recall is not None
    assert (first.recall.value, second.recall.value) == (0.9, 0.8)
    assert second.precision is not None
    assert second.precision.value == 0.8
    assert second.f1 is not None
    assert second.f1.value == pytest.approx(0.8)
    assert second.f1.low < 0.8 < second.f1.high
    assert second.f1.high - second.f1.low < 0.25
    assert second.needed is None


def test_a_rare_class_has_nulls_and_says_how_many_labels_are_missing() -> None:
    truth = np.repeat([0, 1], [190, 10])

    _, rare, none = per_class.of_classes(truth, truth, classes=3, rng=np.random.default_rng(0))

    assert (rare.precision, rare.recall, rare.f1) == (None, None, None)
    assert (rare.positives, rare.needed) == (10, 400)
    assert (none.positives, none.needed) == (0, None)


def test_a_class_that_is_never_predicted_has_no_precision() -> None:
    truth, predicted = np.repeat([0, 1], 40), np.zeros(80, np.int64)

    _, missed = per_class.of_classes(truth, predicted, classes=2, rng=np.random.default_rng(0))

    assert missed.precision is None
    assert missed.recall is not None
    assert missed.recall.value == 0
