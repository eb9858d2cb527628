"""Strategies compared by the curves of their replays: areas, and labels saved at equal accuracy.

Replays of the same seed have the same split, so strategies are compared seed by seed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.domain import simulations as rules
from service.domain.simulations import BASELINE, Asked, Origin
from workers.learning import crossings
from workers.learning.crossings import Reached, Saved, Track
from workers.learning.curves import Curve
from workers.learning.intervals import Interval, interval

SHARES = (0.9, 0.95, 0.99)
"""Targets unless others are given: shares of the accuracy that random choice ends with."""


@dataclass(frozen=True, kw_only=True)
class Point:
    """Versions fitted on so many labels: means over the seeds, and an interval of the accuracy."""

    labels: int
    accuracy: float
    low: float | None
    high: float | None
    macro_f1: float
    log_loss: float


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One strategy under all seeds."""

    strategy: str
    curve: list[Point]
    area: Interval
    """Mean accuracy over the labels from the first batch to the last."""
    area_over_baseline: Interval | None
    """By how much the area is larger, seed by seed; none for the baseline itself."""
    labels_to_reach: list[Reached]
    labels_saved: list[Saved]
    """For each target; none for the baseline itself."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What replays of labelled items have shown."""

    items: int
    judged: int
    """Those held out of each replay, on which its versions are judged."""
    detail: str
    """How to read the figures."""
    strategies: list[Arm]


def outcome(asked: Asked, origin: Origin, curves: Sequence[Curve]) -> Outcome:
    """Compare all strategies with random choice; a curve for each of `asked.replays()`."""
    arms: dict[str, list[Curve]] = {strategy: [] for strategy in asked.strategies}
    for (strategy, _), curve in zip(asked.replays(), curves, strict=True):
        arms[strategy].append(curve)
    return Outcome(
        items=origin.items,
        judged=round(asked.test_share * origin.items),
        detail=rules.how_to_read(origin),
        strategies=compare(arms, baseline=BASELINE, targets=asked.targets),
    )


def compare(
    curves: Mapping[str, Sequence[Curve]],
    *,
    baseline: str,
    targets: Sequence[float] | None = None,
) -> list[Arm]:
    """Compare strategies, each with a curve for every seed, in the same order of seeds.

    Args:
        targets: accuracies to be reached; default: `SHARES` of what the baseline ends with, for
            each seed its own.
    """
    tracks = {name: [Track.of(curve) for curve in arm] for name, arm in curves.items()}
    base = tracks[baseline]
    wanted = [[target] * len(base) for target in targets or ()]
    if targets is None:
        wanted = [[share * track.last for track in base] for share in SHARES]
    shares = SHARES if targets is None else (None,) * len(wanted)
    return [
        Arm(
            strategy=name,
            curve=mean_curve(arm),
            area=interval([each.area for each in tracks[name]]).within(0.0, 1.0),
            area_over_baseline=None if name == baseline else _gain(tracks[name], base),
            labels_to_reach=[
                crossings.reach(tracks[name], wanted[n], share=share)
                for n, share in enumerate(shares)
            ],
            labels_saved=[]
            if name == baseline
            else [
                crossings.save(name, tracks[name], baseline, base, wanted[n], share=share)
                for n, share in enumerate(shares)
            ],
        )
        for name, arm in curves.items()
    ]


def mean_curve(curves: Sequence[Curve]) -> list[Point]:
    """Mean over the seeds at each number of labels that all of them have."""
    common = sorted(set.intersection(*(set(curve.labels) for curve in curves)))
    points = []
    for labels in common:
        at = [(curve, curve.labels.index(labels)) for curve in curves]
        accuracy = interval([curve.accuracy[n] for curve, n in at]).within(0.0, 1.0)
        points.append(
            Point(
                labels=labels,
                accuracy=accuracy.mean,
                low=accuracy.low,
                high=accuracy.high,
                macro_f1=interval([curve.macro_f1[n] for curve, n in at]).mean,
                log_loss=interval([curve.log_loss[n] for curve, n in at]).mean,
            )
        )
    return points


def _gain(tracks: Sequence[Track], base: Sequence[Track]) -> Interval:
    return interval([ours.area - other.area for ours, other in zip(tracks, base, strict=True)])
