"""The lessons of the demonstration: handwritten digits, taught in two arms."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from sklearn.datasets import load_digits

from benchmarks import lessons
from benchmarks.client import Client
from benchmarks.curves import Curve
from benchmarks.lessons import Lesson

POOL = 1200
BATCH = 10

SERVICE, RANDOM = "service", "random"
ARMS: Mapping[str, Mapping[str, Any]] = {
    SERVICE: {"strategy": "auto"},
    RANDOM: {"strategy": "random", "batch": {"coverage_share": 0, "audit_share": 0}},
}
"""What differs between the two; everything else is at its default in both."""


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
    """Teach one arm; tell the accuracy after each batch."""
    settings = {"name": f"demo: digits, {arm}, seed {given.seed}", **ARMS[arm]}
    counts, accuracies = list[int](), list[float]()
    for point in lessons.teach(client, given, settings, batch=BATCH, labels=labels):
        if point.accuracy is not None:
            counts.append(point.labels)
            accuracies.append(point.accuracy)
        tell(point.labels, accuracies[-1] if accuracies else float("nan"))
    return Curve(arm=arm, seed=given.seed, labels=counts, accuracies=accuracies)
