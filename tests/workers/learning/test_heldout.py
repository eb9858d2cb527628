"""Versions without an item say what they think of it, not what they were told."""

import numpy as np
import pytest

from workers.learning import candidates, heldout, specs
from workers.pool import moments


def case(count: int, *, flipped: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    features = rng.normal(size=(count, 3)).astype(np.float32)
    labels = (features[:, 0] > 0).astype(np.int64)
    labels[:flipped] = 1 - labels[:flipped]
    return features, labels


@pytest.mark.parametrize("name", ["auto", "logistic", "svm_rbf", "forest", "naive_bayes"])
def test_wrong_labels_are_contradicted(name: str) -> None:
    features, labels = case(300, flipped=10)

    proba = heldout.probabilities(
        specs.of({"name": name}),
        features,
        labels,
        classes=3,
        moments=moments.of(features),
        rng=np.random.default_rng(2),
    )

    assert proba is not None
    assert np.allclose(proba.sum(axis=1), 1)
    assert (proba[:, 2] < 0.01).all()
    assert np.mean(proba.argmax(axis=1)[10:] == labels[10:]) > 0.9
    assert np.mean(proba.argmax(axis=1)[:10] != labels[:10]) >= 0.8


def test_all_of_many_labels_are_held_out() -> None:
    features, labels = case(2_500)

    proba = heldout.probabilities(
        specs.of({"name": "logistic", "C": 1.0, "scaling": "standard"}),
        features,
        labels,
        classes=2,
        moments=moments.of(features),
        rng=np.random.default_rng(2),
    )

    assert proba is not None
    assert (proba.max(axis=1) > 0.5).all()
    assert np.mean(proba.argmax(axis=1) == labels) > 0.97


def test_too_few_labels_hold_nothing_out_and_the_only_one_of_a_class_is_not_judged() -> None:
    features, labels = case(40)

    def of(labels: np.ndarray) -> np.ndarray | None:
        return heldout.probabilities(
            specs.of({"name": "logistic"}),
            features[: len(labels)],
            labels,
            classes=3,
            moments=moments.of(features),
            rng=np.random.default_rng(2),
        )

    assert of(np.array([0, 1])) is None
    with_one = of(np.append(labels[:39], 2))
    assert with_one is not None
    assert np.allclose(with_one[39], 1 / 3)


def test_single_labels_of_classes_among_many_do_not_blur_what_is_said_of_the_others() -> None:
    rng = np.random.default_rng(0)
    labels = np.concatenate([np.arange(2_100) % 2, np.arange(2, 7)])
    rows = rng.normal(size=(len(labels), 3)).astype(np.float32)
    rows[:, 0] += 6 * labels
    classes = 7

    said = heldout.probabilities(
        candidates.STANDARD, rows, labels, classes=classes, moments=moments.of(rows), rng=rng
    )

    assert said is not None
    assert said[np.arange(2_100), labels[:2_100]].mean() > 0.95
    assert np.allclose(said[2_100:], 1 / classes)
