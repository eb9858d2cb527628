"""A way through a pool, judged on a test by the caller's own measure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from workers import replays
from workers.asking import Plan, Pool
from workers.learning.arrays import Ints
from workers.learning.fitted import Outputs, outputs
from workers.learning.versions import Fitted

Measure = Callable[[Outputs], float]
AUTO: Mapping[str, Any] = {"name": "auto"}


def curve(
    pool: Pool,
    plan: Plan,
    *,
    among: Ints,
    test: Pool,
    measure: Measure,
    start: Sequence[int] = (),
) -> tuple[list[int], list[float]]:
    """Labels, and the measure of each version, from the first version on."""
    labels, values = [], []
    for point in replays.rounds(pool, plan, among=among, start=start):
        if point.fitted is not None:
            labels.append(len(point.labelled))
            values.append(measure(outputs(point.fitted, test.features)))
    return labels, values


def accuracy(test: Pool) -> Measure:
    """The share of a test that is right."""
    return lambda said: float(np.mean(said.label == test.labels))


def judged(fitted: Fitted, test: Pool, measure: Measure) -> float:
    """One version by one measure."""
    return measure(outputs(fitted, test.features))


def first_reaching(labels: Sequence[int], values: Sequence[float], target: float) -> int | None:
    """Labels of the first point that reaches a target; none if none does."""
    return next((n for n, each in zip(labels, values, strict=True) if each >= target), None)
