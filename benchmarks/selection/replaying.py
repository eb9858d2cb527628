"""A way through a pool, judged on a test by the caller's own measure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from benchmarks.selection import rows
from benchmarks.selection.units import Found, Unit
from workers import replays
from workers.asking import Plan, Pool
from workers.learning.arrays import Ints, Matrix
from workers.learning.fitted import Outputs, outputs
from workers.learning.versions import Fitted

Measure = Callable[[Outputs], float]
AUTO: Mapping[str, Any] = {"name": "auto"}
TEST_SHARE = 0.3


@dataclass(frozen=True, kw_only=True, eq=False)
class Test:
    """Items that are held out: raw rows, and their labels int64[n]."""

    features: Matrix
    labels: Ints


@dataclass(frozen=True, kw_only=True, eq=False)
class Trial:
    """A way through a pool, and the test that judges it."""

    pool: Pool
    """With the labels that the expert gives."""
    plan: Plan
    training: Ints
    """Items that may be asked for, ascending."""
    test: Test


def test_of(pool: Pool, items: Ints | Sequence[int]) -> Test:
    """Some items of a pool as a test."""
    return Test(features=pool.features[items], labels=pool.labels[items])


def held_out(pool: Pool, seed: int) -> tuple[Ints, Test]:
    """Items to learn from, ascending, and three in ten as a test."""
    training, held = replays.split(len(pool.labels), TEST_SHARE, seed)
    return training, test_of(pool, held)


def plan(
    unit: Unit,
    *,
    batch_size: int,
    budget: int,
    estimator: Mapping[str, Any] = AUTO,
    goal: Mapping[str, Any] | None = None,
) -> Plan:
    """How a unit goes whose arm is a strategy."""
    return Plan(
        strategy=unit.arm,
        estimator=estimator,
        batch_size=batch_size,
        budget=budget,
        seed=unit.seed,
        goal=goal,
    )


def curve(
    pool: Pool,
    plan: Plan,
    *,
    among: Ints,
    test: Test,
    measure: Measure,
    start: Sequence[int] = (),
    until: float = inf,
) -> tuple[list[int], list[float]]:
    """Labels, and the measure of each version, from the first version to one that has enough."""
    labels: list[int] = []
    values: list[float] = []
    for point in replays.rounds(pool, plan, among=among, start=start):
        if point.fitted is None:
            continue
        labels.append(len(point.labelled))
        values.append(judged(point.fitted, test, measure))
        if values[-1] >= until:
            break
    return labels, values


def accuracies(trial: Trial) -> tuple[list[int], list[float]]:
    """Labels, and the share of the test that each version has right."""
    return curve(
        trial.pool,
        trial.plan,
        among=trial.training,
        test=trial.test,
        measure=accuracy(trial.test),
    )


def kept(labels: Sequence[int], values: Sequence[float]) -> Found:
    """A curve as a unit keeps it, with the area under it."""
    return {"area": rows.area(labels, values), "labels": labels, "accuracy": values}


def accuracy(test: Test) -> Measure:
    """The share of a test that is right."""
    return lambda said: float(np.mean(said.label == test.labels))


def judged(fitted: Fitted, test: Test, measure: Measure) -> float:
    """One version by one measure."""
    return measure(outputs(fitted, test.features))


def first_reaching(labels: Sequence[int], values: Sequence[float], target: float) -> int | None:
    """Labels of the first point that reaches a target; none if none does."""
    return next((n for n, each in zip(labels, values, strict=True) if each >= target), None)
