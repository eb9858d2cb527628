"""A simulated expert, who knows every label, teaches a project over HTTP."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.client import Client, Refused

EVERY_LABEL: Mapping[str, Any] = {
    "batch": {"coverage_share": 0, "audit_share": 0},
    "retrain": {"min_labels": 1, "share": 0, "max_wait_seconds": 0},
}
"""Settings by which every item is the strategy's, and every post of labels makes a version."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Lesson:
    """A pool to learn from, and a test set that is never registered."""

    seed: int
    vectors: npt.NDArray[np.floating[Any]]
    """float[n, d], of the pool and of the test set."""
    truth: Sequence[str]
    """What the expert says of each row of the pool, and what each row of the test set is."""
    pool: Sequence[int]
    """Rows, in the order of registration."""
    test: Sequence[int]


@dataclass(frozen=True, kw_only=True)
class Point:
    """What is known after a post of labels."""

    labels: int
    """All labels given so far."""
    accuracy: float | None
    """Of the version in use, on the test set; none while there is no version."""
    unseen: int
    """Labels that the ranking in use has not seen."""


def teach(
    client: Client,
    given: Lesson,
    settings: Mapping[str, Any],
    *,
    batch: int,
    labels: int,
    start: int = 0,
) -> Iterator[Point]:
    """Label batch after batch, until there are so many labels or no items; then tidy up.

    The next batch is asked for once the service has done what follows from the last one.

    Args:
        settings: of the project, beside its task, its input and its seed.
        start: rows of the pool, the first ones, that are labelled before anything is asked for.

    Raises:
        Refused: the service did not do what was asked.
    """
    classes = sorted(set(given.truth))
    project = client.make_project(
        {
            "task": {"type": "classification", "classes": classes},
            "input": {"type": "vector", "dimensions": given.vectors.shape[1]},
            "seed": given.seed,
            **settings,
        }
    )
    try:
        client.register(project, {str(row): given.vectors[row].tolist() for row in given.pool})
        keys, count = [str(row) for row in given.pool[:start]], 0
        while count < labels:
            keys = keys or client.batch(project, min(batch, labels - count))
            if not keys:
                break
            unseen = client.label(project, {key: given.truth[int(key)] for key in keys})
            count += len(keys)
            yield Point(labels=count, accuracy=_accuracy(client, project, given), unseen=unseen)
            keys = []
    finally:
        client.delete(project)


def all_seen(points: Iterable[Point]) -> Iterator[Point]:
    """Pass points on whose labels are all behind the ranking in use.

    Raises:
        Refused: a point has labels that it has not seen.
    """
    for point in points:
        if point.unseen:
            raise Refused(f"the ranking in use has not seen {point.unseen} of the labels")
        yield point


def _accuracy(client: Client, project: str, given: Lesson) -> float | None:
    said = client.predict(project, [given.vectors[row].tolist() for row in given.test])
    if said is None:
        return None
    return float(np.mean([a == given.truth[row] for a, row in zip(said, given.test, strict=True)]))
