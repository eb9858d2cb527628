"""Cross-validation on training labels: comparable between estimators, biased as an estimate."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from workers.learning.arrays import Ints, Matrix
from workers.learning.fitted import Fitted, outputs

MOST_FOLDS = 5
# Always in the training part: the only label of its class.
NEVER_HELD_OUT = -1
SMALLEST_PROBABILITY = 1e-15


@dataclass(frozen=True, kw_only=True)
class Score:
    """How well held-out labels were predicted.

    Labels that a strategy chose are harder than the pool: this compares scalings and
    estimators, and says nothing unbiased about accuracy (SCIENCE 2.1).
    """

    folds: int
    judged: int
    """Labels that were held out once."""
    accuracy: float
    log_loss: float
    """Mean of -log p(truth), natural logarithm."""


def deal(labels: Ints, rng: np.random.Generator) -> Ints | None:
    """Deal labels int64[n] into up to five folds, class by class; None where that is impossible.

    A class is dealt to consecutive folds, so every class remains in every training part; the
    single label of a class is never held out. At least two classes need two labels each.
    """
    classes, counts = np.unique(labels, return_counts=True)
    dealt = [np.flatnonzero(labels == label) for label in classes[counts >= 2]]
    if len(dealt) < 2:
        return None
    order = np.concatenate([rng.permutation(members) for members in dealt])
    folds = np.full(len(labels), NEVER_HELD_OUT, dtype=np.int64)
    folds[order] = np.arange(len(order)) % min(MOST_FOLDS, len(order))
    return folds


def score(
    train: Callable[[Matrix, Ints], Fitted], features: Matrix, labels: Ints, folds: Ints
) -> Score:
    """Fit once a fold with `train`, and judge each held-out row by the version without it."""
    right = np.zeros(len(labels), dtype=bool)
    likelihood = np.ones(len(labels))
    for fold in range(folds.max() + 1):
        held = np.flatnonzero(folds == fold)
        rest = np.flatnonzero(folds != fold)
        said = outputs(train(features[rest], labels[rest]), features[held])
        right[held] = said.label == labels[held]
        likelihood[held] = said.proba[np.arange(len(held)), labels[held]]
    judged = folds != NEVER_HELD_OUT
    losses = -np.log(np.maximum(likelihood[judged], SMALLEST_PROBABILITY))
    return Score(
        folds=int(folds.max()) + 1,
        judged=int(judged.sum()),
        accuracy=float(right[judged].mean()),
        log_loss=float(losses.mean()),
    )
