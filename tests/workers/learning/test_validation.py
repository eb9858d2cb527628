"""Folds keep every class in every training part, and every label is judged at most once."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from workers.learning import validation
from workers.learning.scaling import Kind, Scaling
from workers.learning.training import EstimatorSpec, train

LABELS = st.lists(st.integers(0, 4), max_size=40).map(lambda some: np.array(some, np.int64))


@settings(deadline=None)
@given(labels=LABELS, seed=st.integers(0, 9))
def test_every_class_stays_in_every_training_part(labels: np.ndarray, seed: int) -> None:
    folds = validation.deal(labels, np.random.default_rng(seed))

    _, counts = np.unique(labels, return_counts=True)
    assert (folds is None) == (np.count_nonzero(counts >= 2) < 2)
    for fold in range(0 if folds is None else folds.max() + 1):
        assert set(labels[folds != fold]) == set(labels)


@settings(deadline=None)
@given(labels=LABELS, seed=st.integers(0, 9))
def test_all_but_the_only_labels_of_a_class_are_held_out_once(
    labels: np.ndarray, seed: int
) -> None:
    folds = validation.deal(labels, np.random.default_rng(seed))

    classes, counts = np.unique(labels, return_counts=True)
    only = np.isin(labels, classes[counts == 1])
    if folds is not None:
        np.testing.assert_array_equal(folds == validation.NEVER_HELD_OUT, only)
        sizes = np.bincount(folds[~only])
        assert len(sizes) == min(5, np.count_nonzero(~only))
        assert sizes.max() - sizes.min() <= 1


@pytest.mark.parametrize("labels", [[0, 0, 0], [0, 1], [0, 0, 0, 1], []])
def test_folds_are_impossible_without_two_labels_of_two_classes(labels: list[int]) -> None:
    rng = np.random.default_rng(0)

    assert validation.deal(np.array(labels, np.int64), rng) is None


def test_large_classes_are_spread_evenly_over_five_folds() -> None:
    labels = np.repeat([0, 1], [50, 10])

    folds = validation.deal(labels, np.random.default_rng(0))

    assert folds is not None
    assert np.bincount(folds[labels == 0]).tolist() == [10] * 5
    assert np.bincount(folds[labels == 1]).tolist() == [2] * 5


def test_the_score_is_that_of_versions_that_did_not_see_the_label(
    clouds: Callable[..., tuple[np.ndarray, np.ndarray]],
) -> None:
    rows, labels = clouds(rows=60)
    folds = np.arange(60) // 3 % 4
    spec = EstimatorSpec(name="logistic")

    score = validation.score(
        lambda x, y: train(spec, Scaling(kind=Kind.NONE), x, y, classes=3), rows, labels, folds
    )

    proba = np.zeros((60, 3))
    for fold in range(4):
        model = LogisticRegression(C=10, tol=1e-5, max_iter=500)
        model.fit(rows[folds != fold].astype(np.float64), labels[folds != fold])
        proba[folds == fold] = model.predict_proba(rows[folds == fold].astype(np.float64))
    assert (score.folds, score.judged) == (4, 60)
    assert score.accuracy == pytest.approx((proba.argmax(axis=1) == labels).mean())
    assert score.log_loss == pytest.approx(log_loss(labels, proba), abs=1e-6)
