"""Cross-validation on training labels: comparable between estimators, biased as an estimate."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from workers.learning import calibration
from workers.learning.arrays import Floats, Ints, Matrix
from workers.learning.fitted import outputs
from workers.learning.versions import Fitted

MOST_FOLDS = 5
# So many labels are judged at most, drawn at random: what it costs is bounded.
MOST_JUDGED = 2_000
# Always in the training part: the only label of its class.
NEVER_HELD_OUT = -1
# In no part: one label too many.
LEFT_OUT = -2


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
    temperature: float
    """At which it is least."""
    calibrated_log_loss: float
    """What it is then."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Judged:
    """A score, and what it is a mean of: the labels that were held out."""

    score: Score
    losses: Floats
    """Calibrated loss of each label, float64[judged]."""
    weights: Floats
    """How much each of them counts, float64[judged]."""

    def loses_more_than(self, other: "Judged", *, errors: float) -> bool:
        """Whether another loses less on the same labels, by more than so many standard errors."""
        shares = self.weights / self.weights.sum()
        more = self.losses - other.losses
        mean = float(shares @ more)
        error = float(np.sqrt(np.square(shares) @ np.square(more - mean)))
        return mean > errors * error


def deal(labels: Ints, rng: np.random.Generator) -> Ints | None:
    """Deal labels int64[n] as `deal_all` does, so many of them at most as are judged."""
    if len(labels) > MOST_JUDGED:
        drawn = np.sort(rng.choice(len(labels), MOST_JUDGED, replace=False))
        folds = np.full(len(labels), LEFT_OUT, dtype=np.int64)
        dealt_to = deal_all(labels[drawn], rng)
        if dealt_to is None:
            return None
        folds[drawn] = dealt_to
        return folds
    return deal_all(labels, rng)


def deal_all(labels: Ints, rng: np.random.Generator) -> Ints | None:
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


def judge(
    train: Callable[[Matrix, Ints], Fitted],
    features: Matrix,
    labels: Ints,
    folds: Ints,
    weights: Floats,
) -> Judged:
    """Fit once a fold with `train`, and judge each held-out row by the version without it.

    Args:
        weights: how much each label counts in means, float64[n].
    """
    drawn = np.flatnonzero(folds != LEFT_OUT)
    if len(drawn) < len(labels):
        return judge(train, features[drawn], labels[drawn], folds[drawn], weights[drawn])
    seen, truth = np.unique(labels, return_inverse=True)
    right = np.zeros(len(labels), dtype=bool)
    proba = np.zeros((len(labels), len(seen)))
    for fold in range(folds.max() + 1):
        held = np.flatnonzero(folds == fold)
        rest = np.flatnonzero(folds != fold)
        said = outputs(train(features[rest], labels[rest]), features[held])
        right[held] = said.label == labels[held]
        proba[held] = said.proba[:, seen]
    judged = folds != NEVER_HELD_OUT
    proba, truth, weights = proba[judged], truth[judged], weights[judged]
    temperature = calibration.temperature(proba, truth, weights)
    losses = calibration.losses(calibration.tempered(proba, temperature), truth)
    score = Score(
        folds=int(folds.max()) + 1,
        judged=int(judged.sum()),
        accuracy=float(np.average(right[judged], weights=weights)),
        log_loss=float(np.average(calibration.losses(proba, truth), weights=weights)),
        temperature=temperature,
        calibrated_log_loss=float(np.average(losses, weights=weights)),
    )
    return Judged(score=score, losses=losses, weights=weights)
