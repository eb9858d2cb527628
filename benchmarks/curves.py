"""Accuracy against labels: areas, and labels saved at equal accuracy. Numbers in, numbers out."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean


@dataclass(frozen=True, kw_only=True)
class Curve:
    """How accurate one expert's labels made the version in use."""

    arm: str
    seed: int
    labels: Sequence[int]
    """All labels given so far, those of audit items included."""
    accuracies: Sequence[float]

    def accuracy_at(self, labels: int) -> float | None:
        """Accuracy after so many labels, smoothed; none if it was not measured there."""
        found = dict(zip(self.labels, smoothed(self.accuracies), strict=True))
        return found.get(labels)

    def labels_for(self, accuracy: float) -> float | None:
        """Labels at which the smoothed curve first reaches an accuracy; none if it does not."""
        points = list(zip(self.labels, smoothed(self.accuracies), strict=True))
        if points and points[0][1] >= accuracy:
            return float(points[0][0])
        for (before, low), (after, high) in pairwise(points):
            if low < accuracy <= high:
                return before + (after - before) * (accuracy - low) / (high - low)
        return None


@dataclass(frozen=True, kw_only=True)
class Saving:
    """Labels that one curve needs for the accuracy that another has after `labels`."""

    labels: int
    accuracy: float
    """Mean over the seeds of what the other curve has there."""
    needed: Sequence[float | None]
    """For each seed; none where the accuracy was not reached."""

    @property
    def shares(self) -> list[float]:
        """Share of the labels saved, for each seed that reached the accuracy."""
        return [1 - each / self.labels for each in self.needed if each is not None]

    @property
    def is_known(self) -> bool:
        """Whether every seed reached the accuracy, so that the mean leaves none out."""
        return bool(self.needed) and all(each is not None for each in self.needed)

    @property
    def is_clear(self) -> bool:
        """Whether every seed agrees on the direction."""
        return self.is_known and (min(self.shares) > 0 or max(self.shares) < 0)


def saving(ours: Sequence[Curve], others: Sequence[Curve], labels: int) -> Saving | None:
    """Compare curves seed by seed; none if the others were not measured at so many labels."""
    targets = [curve.accuracy_at(labels) for curve in others]
    known = [target for target in targets if target is not None]
    if not known or len(known) < len(targets):
        return None
    needed = [curve.labels_for(target) for curve, target in zip(ours, known, strict=True)]
    return Saving(labels=labels, accuracy=fmean(known), needed=needed)


def smoothed(values: Sequence[float]) -> list[float]:
    """Mean of each value and its neighbours, so that one lucky batch decides nothing.

    >>> smoothed([0.0, 3.0, 3.0])
    [1.5, 2.0, 3.0]
    """
    return [fmean(values[max(0, at - 1) : at + 2]) for at in range(len(values))]


def area(accuracies: Sequence[float]) -> float:
    """Area under the accuracies after each of q queries by the trapezoidal rule, over q.

    As published: the division is by q though there are only q - 1 steps.

    >>> area([0.5, 0.5, 0.5, 0.5])
    0.375
    """
    steps = [(before + after) / 2 for before, after in pairwise(accuracies)]
    return sum(steps) / len(accuracies)
