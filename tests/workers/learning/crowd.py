"""People who label with known error, for the tests of consensus."""

import numpy as np

from workers.learning.votes import Votes


def votes(
    truth: np.ndarray,
    skill: list[float],
    *,
    labels_per_item: int,
    classes: int,
    rng: np.random.Generator,
) -> Votes:
    """Let so many of the people label each item; who errs says any other class."""
    item = np.repeat(np.arange(len(truth)), labels_per_item)
    order = rng.random((len(truth), len(skill))).argsort(axis=1)
    annotator = order[:, :labels_per_item].ravel()
    right = rng.random(len(item)) < np.array(skill)[annotator]
    wrong = (truth[item] + rng.integers(1, classes, len(item))) % classes
    return Votes(
        item=item,
        annotator=annotator,
        label=np.where(right, truth[item], wrong),
        items=len(truth),
        annotators=len(skill),
        classes=classes,
    )


def probabilities(
    truth: np.ndarray, *, accuracy: float, classes: int, rng: np.random.Generator
) -> np.ndarray:
    """What a calibrated version says that is right so often, as sure of everything."""
    right = rng.random(len(truth)) < accuracy
    said = np.where(right, truth, (truth + rng.integers(1, classes, len(truth))) % classes)
    proba = np.full((len(truth), classes), (1 - accuracy) / (classes - 1))
    proba[np.arange(len(truth)), said] = accuracy
    return proba
