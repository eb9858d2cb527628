"""Where accuracy reaches a target: labels needed, and labels saved at equal accuracy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workers.learning.arrays import Floats
from workers.learning.curves import Curve
from workers.learning.intervals import interval, standard_error

_HALF_A_DOUBLING = np.sqrt(2.0)


@dataclass(frozen=True, kw_only=True, eq=False)
class Track:
    """A curve of one seed from its first batch on, smoothed so that one lucky batch decides little.

    Labels float64[n] ascend; accuracies float64[n] are means of each version and its neighbours.
    """

    labels: Floats
    accuracy: Floats
    area: float
    """Of the curve as measured: the mean accuracy over its labels, by the trapezoidal rule."""

    @classmethod
    def of(cls, curve: Curve) -> "Track":
        """Leave out what was before the first label: nothing was asked for it."""
        there = np.array(curve.labels) > 0
        labels = np.array(curve.labels, dtype=np.float64)[there]
        measured = np.array(curve.accuracy)[there]
        width = float(labels[-1] - labels[0])
        area = float(np.trapezoid(measured, labels)) / width if width else float(measured[0])
        return cls(labels=labels, accuracy=smoothed(measured), area=area)

    @property
    def last(self) -> float:
        """Accuracy at the end."""
        return float(self.accuracy[-1])

    def labels_for(self, target: float) -> float | None:
        """Labels at which the target is first reached, between two batches by a straight line."""
        above = np.flatnonzero(self.accuracy >= target)
        if not len(above):
            return None
        at = int(above[0])
        if at == 0:
            return float(self.labels[0])
        low, high = self.accuracy[at - 1], self.accuracy[at]
        step = (target - low) / (high - low)
        return float(self.labels[at - 1] + step * (self.labels[at] - self.labels[at - 1]))

    def gain_around(self, labels: float) -> float:
        """What accuracy gains in the doubling of the labels that has these in its middle."""
        ends = (labels / _HALF_A_DOUBLING, labels * _HALF_A_DOUBLING)
        before, after = np.interp(ends, self.labels, self.accuracy)
        return float(after - before)


@dataclass(frozen=True, kw_only=True)
class Reached:
    """Labels that a strategy needs for an accuracy, mean over the seeds and 95 % interval."""

    accuracy: float
    share: float | None
    """Of what the baseline ends with, where the target was given so."""
    labels: float | None
    low: float | None = None
    high: float | None = None
    detail: str | None = None
    """Why it cannot be told."""


@dataclass(frozen=True, kw_only=True)
class Saved:
    """Labels of the baseline over those of a strategy at equal accuracy, paired by seed."""

    accuracy: float
    share: float | None
    ratio: float | None
    """Geometric mean over the seeds: 2 is half the labels."""
    low: float | None = None
    high: float | None = None
    detail: str
    """The same in words, or why it cannot be told."""


def smoothed(values: Floats) -> Floats:
    """Mean of each value and its neighbours.

    >>> smoothed(np.array([0.0, 3.0, 3.0]))
    array([1.5, 2. , 3. ])
    """
    kernel = np.ones(3)
    # One value alone would be shorter than the kernel, whose length `same` would take.
    there = np.convolve(np.ones(len(values)), kernel)[1:-1]
    return np.asarray(np.convolve(values, kernel)[1:-1] / there)


def reach(
    tracks: Sequence[Track], targets: Sequence[float], *, share: float | None = None
) -> Reached:
    """Labels for a target, which each seed may have its own of."""
    accuracy = float(np.mean(targets))
    needed = _needed(tracks, targets)
    there = [labels for labels in needed if labels is not None]
    if len(there) < len(needed):
        detail = f"{_missed(needed)} did not reach it with {tracks[0].labels[-1]:.0f} labels"
        return Reached(accuracy=accuracy, share=share, labels=None, detail=detail)
    found = interval(there).within(0.0, np.inf)
    return Reached(
        accuracy=accuracy, share=share, labels=found.mean, low=found.low, high=found.high
    )


def save(
    name: str,
    tracks: Sequence[Track],
    other: str,
    base: Sequence[Track],
    targets: Sequence[float],
    *,
    share: float | None = None,
) -> Saved:
    """Compare the labels that a strategy and the baseline need for a target, seed by seed."""
    accuracy = float(np.mean(targets))
    ours, theirs = _needed(tracks, targets), _needed(base, targets)
    problem = _problem(name, ours, other, theirs, base, accuracy)
    pairs = [
        (few, many)
        for few, many in zip(ours, theirs, strict=True)
        if few is not None and many is not None
    ]
    if problem is not None:
        return Saved(accuracy=accuracy, share=share, ratio=None, detail=problem)
    logs = interval([float(np.log(many / few)) for few, many in pairs])
    ratio = float(np.exp(logs.mean))
    low = None if logs.low is None else float(np.exp(logs.low))
    high = None if logs.high is None else float(np.exp(logs.high))
    few, many = (float(np.mean(column)) for column in zip(*pairs, strict=True))
    told = (
        f"For an accuracy of {accuracy:.3f} {other} needs {many:.0f} labels and {name} {few:.0f}: "
        f"{_in_words(ratio, low, high)}."
    )
    return Saved(accuracy=accuracy, share=share, ratio=ratio, low=low, high=high, detail=told)


def _needed(tracks: Sequence[Track], targets: Sequence[float]) -> list[float | None]:
    return [track.labels_for(target) for track, target in zip(tracks, targets, strict=True)]


def _problem(
    name: str,
    ours: Sequence[float | None],
    other: str,
    theirs: Sequence[float | None],
    base: Sequence[Track],
    accuracy: float,
) -> str | None:
    last = base[0].labels[-1]
    for arm, needed in ((other, theirs), (name, ours)):
        if None in needed:
            return (
                f"Not told for an accuracy of {accuracy:.3f}: {arm} did not reach it with "
                f"{last:.0f} labels in {_missed(needed)}."
            )
    found = [(track, at) for track, at in zip(base, theirs, strict=True) if at is not None]
    if any(at <= track.labels[0] for track, at in found):
        return (
            f"Not told for an accuracy of {accuracy:.3f}: {other} has it with its first "
            f"{base[0].labels[0]:.0f} labels, and nothing was measured with fewer."
        )
    gains = [track.gain_around(at) for track, at in found]
    if float(np.mean(gains)) <= standard_error(gains):
        return (
            f"Not told for an accuracy of {accuracy:.3f}: there the accuracy of {other} is flat, "
            "so that chance decides with how many labels it is reached."
        )
    return None


def _missed(needed: Sequence[float | None]) -> str:
    return f"{sum(labels is None for labels in needed)} of {len(needed)} seeds"


def _in_words(ratio: float, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return f"a ratio of {ratio:.1f}, of one seed, which says nothing of how sure that is"
    told = f"a ratio of {ratio:.2f}, 95 % interval {low:.2f} to {high:.2f}"
    if low <= 1.0 <= high:
        return f"{told}, which cannot be told from none saved"
    if ratio > 1:
        return f"{100 * (1 - 1 / ratio):.0f} % saved ({told})"
    return f"{100 * (1 / ratio - 1):.0f} % more ({told})"
