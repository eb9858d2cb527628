"""A simulated expert, who knows every digit, teaches a project over HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.datasets import load_digits

from benchmarks.client import Client
from benchmarks.curves import Curve

POOL = 1200
BATCH = 10

SERVICE, RANDOM = "service", "random"
ARMS: Mapping[str, Mapping[str, Any]] = {
    SERVICE: {"strategy": "auto"},
    RANDOM: {"strategy": "random", "batch": {"coverage_share": 0, "audit_share": 0}},
}
"""What differs between the two; everything else is at its default in both."""


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """The digits of one seed: a pool to learn from, and a test set that is never registered."""

    seed: int
    vectors: npt.NDArray[np.float64]
    truth: list[str]
    pool: list[int]
    test: list[int]


def lesson(seed: int) -> Lesson:
    """Split scikit-learn's digits by a seed."""
    vectors, digits = load_digits(return_X_y=True)
    order = np.random.default_rng(seed).permutation(len(digits)).tolist()
    return Lesson(
        seed=seed,
        vectors=vectors,
        truth=[str(digit) for digit in digits],
        pool=order[:POOL],
        test=order[POOL:],
    )


def teach(
    client: Client, given: Lesson, arm: str, *, labels: int, tell: Callable[[int, float], None]
) -> Curve:
    """Label batch after batch; measure on the test set after each, and tell it.

    The next batch is asked for once the ranking knows the labels of the last one.
    """
    project = client.make_project(
        {
            "name": f"demo: digits, {arm}, seed {given.seed}",
            "task": {"type": "classification", "classes": [str(digit) for digit in range(10)]},
            "input": {"type": "vector", "dimensions": given.vectors.shape[1]},
            "seed": given.seed,
            **ARMS[arm],
        }
    )
    try:
        client.register(project, {str(row): given.vectors[row].tolist() for row in given.pool})
        return _teach(client, project, given, arm, labels, tell)
    finally:
        client.delete(project)


def _teach(
    client: Client,
    project: str,
    given: Lesson,
    arm: str,
    labels: int,
    tell: Callable[[int, float], None],
) -> Curve:
    test = [given.vectors[row].tolist() for row in given.test]
    truth = [given.truth[row] for row in given.test]
    count, counts, accuracies = 0, [], []
    while count < labels:
        keys = client.batch(project, min(BATCH, labels - count))
        if not keys:
            break
        client.label(project, {key: given.truth[int(key)] for key in keys})
        count += len(keys)
        predicted = client.predict(project, test)
        if predicted is not None:
            counts.append(count)
            accuracies.append(float(np.mean(np.array(predicted) == np.array(truth))))
        tell(count, accuracies[-1] if accuracies else float("nan"))
    return Curve(arm=arm, seed=given.seed, labels=counts, accuracies=accuracies)
