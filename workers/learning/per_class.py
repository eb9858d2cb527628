"""Precision, recall and F1 of each class, estimated from a random sample of items."""

from dataclasses import dataclass
from math import ceil

import numpy as np

from workers.learning import estimates
from workers.learning.arrays import Floats, Ints
from workers.learning.estimates import Estimate
from workers.learning.intervals import CONFIDENCE

LEAST_POSITIVES = 30
"""Audited items of a class before anything is said of it."""
BOOTSTRAP = "bootstrap"
_DRAWS = 1_000


@dataclass(frozen=True, kw_only=True)
class OfClass:
    """One class; what too few items speak of is None."""

    positives: int
    """Audited items that people say are of the class."""
    predicted: int
    """Audited items that the version says are of the class."""
    precision: Estimate | None
    recall: Estimate | None
    f1: Estimate | None
    needed: int | None
    """Audit labels still needed for a number, as far as the sample tells; None if it does not."""


def of_classes(
    truth: Ints, predicted: Ints, *, classes: int, rng: np.random.Generator
) -> list[OfClass]:
    """Judge every class by truth int64[n] and predictions int64[n] of a random sample.

    Recall and precision are shares of the items of the class, or called so, and have the
    intervals of shares; F1 is neither, and has the percentiles of a bootstrap of the rows
    (Efron 1979).
    """
    found = []
    weights = None
    for each in range(classes):
        is_it, is_called = truth == each, predicted == each
        positives, called = int(is_it.sum()), int(is_called.sum())
        right = int((is_it & is_called).sum())
        is_enough = positives >= LEAST_POSITIVES
        if is_enough and weights is None:
            weights = rng.multinomial(len(truth), np.full(len(truth), 1 / len(truth)), _DRAWS)
        found.append(
            OfClass(
                positives=positives,
                predicted=called,
                precision=estimates.share(right, called) if is_enough and called else None,
                recall=estimates.share(right, positives) if is_enough else None,
                f1=_f1(is_it, is_called, weights) if is_enough and weights is not None else None,
                needed=None if is_enough else _needed(positives, len(truth)),
            )
        )
    return found


def _f1(is_it: Ints, is_called: Ints, weights: Ints) -> Estimate:
    """F1 = 2 right / (items of the class + items called so), over redrawn rows int64[draws, n]."""
    both, either = (is_it & is_called).astype(float), is_it.astype(float) + is_called
    drawn: Floats = 2 * (weights @ both) / np.maximum(weights @ either, 1.0)
    low, high = np.quantile(drawn, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return Estimate(
        value=float(2 * both.sum() / either.sum()),
        low=float(low),
        high=float(high),
        confidence=CONFIDENCE,
        method=BOOTSTRAP,
    )


def _needed(positives: int, labels: int) -> int | None:
    if positives == 0:
        return None
    return ceil((LEAST_POSITIVES - positives) * labels / positives)
