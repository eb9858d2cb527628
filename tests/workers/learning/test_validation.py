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
from workers.learning.specs import EstimatorSpec
from workers.learning.training import train

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

    weights = 1.0 + labels
    judged = validation.judge(
        lambda x, y: train(spec, Scaling(kind=Kind.NONE), x, y, classes=3),
        rows,
        labels,
        folds,
        weights,
    )
    score = judged.score

    proba = np.zeros((60, 3))
    for fold in range(4):
        model = LogisticRegression(C=10, tol=1e-5, max_iter=500)
        model.fit(rows[folds != fold].astype(np.float64), labels[folds != fold])
        proba[folds == fold] = model.predict_proba(rows[folds == fold].astype(np.float64))
    assert (score.folds, score.judged) == (4, 60)
    right = proba.argmax(axis=1) == labels
    assert score.accuracy == pytest.approx(np.average(right, weights=weights))
    assert score.log_loss == pytest.approx(log_loss(labels, proba, sample_weight=weights), abs=1e-6)
    assert score.calibrated_log_loss == pytest.approx(
        np.average(judged.losses, weights=judged.weights)
    )
    assert score.calibrated_log_loss <= score.log_loss


@pytest.mark.parametrize(
    ("more", "weights", "errors", "clearly"),
    [
        ([0.1, 0.1, 0.1, 0.1], [1, 1, 1, 1], 2.0, True),
        ([0.5, -0.4, 0.5, -0.4], [1, 1, 1, 1], 1.0, False),
        ([0.5, -0.1, 0.5, -0.1], [1, 1, 1, 1], 1.0, True),
        ([0.5, -0.1, 0.5, -0.1], [1, 1, 1, 1], 2.0, False),
        ([0.5, -0.1, 0.5, -0.1], [1, 9, 1, 9], 1.0, False),
        ([-0.1, -0.1, -0.1, -0.1], [1, 1, 1, 1], 1.0, False),
        ([0.0, 0.0, 0.0, 0.0], [1, 1, 1, 1], 1.0, False),
    ],
    ids=["always", "as often less", "one error", "two errors", "weighed", "less", "alike"],
)
def test_a_difference_in_loss_is_held_against_its_standard_error(
    more: list[float], weights: list[float], errors: float, *, clearly: bool
) -> None:
    def judged(losses: np.ndarray) -> validation.Judged:
        mean = float(losses.mean())
        score = validation.Score(
            folds=4,
            judged=4,
            accuracy=1.0,
            log_loss=mean,
            temperature=1.0,
            calibrated_log_loss=mean,
        )
        return validation.Judged(score=score, losses=losses, weights=np.array(weights, float))

    other = np.array([0.3, 0.7, 0.2, 1.1])

    assert judged(other + more).loses_more_than(judged(other), errors=errors) is clearly


def test_of_very_many_labels_some_are_judged_and_the_rest_left_out() -> None:
    labels = np.arange(5_000) % 3

    folds = validation.deal(labels, np.random.default_rng(0))

    assert folds is not None
    assert np.count_nonzero(folds >= 0) == validation.MOST_JUDGED
    assert np.count_nonzero(folds == validation.LEFT_OUT) == 3_000
