"""A comparison of estimators takes no longer than as many fits of one as there are folds."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from workers.learning import costs, estimators, validation
from workers.learning.costs import Shape
from workers.learning.scaling import DenseMoments
from workers.learning.specs import AUTO, EstimatorSpec

SHAPE = Shape(pool=300, labels=300, dimensions=60, classes=2)
ONE_LINE = costs.judging(EstimatorSpec(name="logistic"), SHAPE)


def report(seconds: float, measure: Callable[[np.ndarray], DenseMoments]) -> Mapping[str, Any]:
    """Of a version of rows of unit length, for which two scalings of a line are open."""
    rng = np.random.default_rng(0)
    labels = np.arange(SHAPE.labels) % 2
    rows = 0.15 * rng.standard_normal((SHAPE.labels, SHAPE.dimensions))
    rows[np.arange(SHAPE.labels), labels] += 1.0
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return estimators.fit(
        EstimatorSpec(name=AUTO),
        rows.astype(np.float32),
        labels,
        classes=2,
        moments=measure(rows.astype(np.float32)),
        rng=np.random.default_rng(0),
        seconds=seconds / validation.MOST_FOLDS,
    ).report


def test_as_many_are_compared_as_there_is_time_for(
    measure: Callable[[np.ndarray], DenseMoments],
) -> None:
    counts = []
    for budget in (1.9 * ONE_LINE, 2.1 * ONE_LINE):
        tried = report(budget, measure)["candidates"]
        counts.append([each["estimator"]["name"] for each in tried].count("logistic"))

    assert counts == [1, 2]


def test_without_time_the_default_is_taken_and_judged_alone(
    measure: Callable[[np.ndarray], DenseMoments],
) -> None:
    found = report(0.0, measure)

    assert found["candidates"] == []
    assert found["reason"] == "a comparison would take too long"
    assert found["cross_validation"]["judged"] == SHAPE.labels
