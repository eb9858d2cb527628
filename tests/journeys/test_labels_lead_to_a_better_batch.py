"""A client registers a pool, asks, labels, and the next batch is better for it."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

from tests.journeys.client import Client
from tests.journeys.machine import Machine

pytestmark = pytest.mark.journey

ROUNDS = 8
CHANCE = ("audit", "coverage", "random")
GOOD = 0.85
"""Accuracy that is reached in so many rounds."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A pool, the truth about it, and a test set beside it."""

    classes: Sequence[str]
    input: Mapping[str, Any]
    pool: Mapping[str, Any]
    truth: Mapping[str, str]
    test: Sequence[Any]
    test_truth: Sequence[str]

    @property
    def field(self) -> str:
        """Field of an item that holds its content."""
        return str(self.input["type"])


def digits() -> Problem:
    """Handwritten digits as vectors."""
    rows, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(rows))
    names = [f"d{digit}" for digit in labels[order]]
    contents = [row.tolist() for row in rows[order]]
    return _problem(contents, names, {"type": "vector", "dimensions": 64}, pool=1000)


def notes() -> Problem:
    """Short notes about three things, each in its own words among many that all share."""
    dice = random.Random(0)
    topics = {
        "pump": ["leak", "pressure", "valve", "seal", "flow", "hose", "bearing", "impeller"],
        "fan": ["blade", "noise", "draught", "speed", "belt", "vibration", "dust", "rotor"],
        "lamp": ["flicker", "bulb", "dark", "fuse", "cable", "socket", "glare", "switch"],
    }
    shared = [f"word{number}" for number in range(60)]
    contents, names = [], []
    for number in range(900):
        name = list(topics)[number % 3]
        words = dice.choices(topics[name], k=3) + dice.choices(shared, k=8)
        dice.shuffle(words)
        contents.append(f"note {number}: {' '.join(words)}")
        names.append(name)
    return _problem(contents, names, {"type": "text"}, pool=600)


@pytest.mark.parametrize(
    ("database_url", "make"),
    [("sqlite", digits), ("postgres", notes)],
    ids=["vectors on sqlite", "text on postgres"],
    indirect=["database_url"],
)
def test_labels_lead_to_a_better_batch(machine: Machine, make: Callable[[], Problem]) -> None:
    problem = make()
    with machine.client() as client:
        project = client.make_project(
            classes=problem.classes, input=problem.input, retrain={"min_labels": 15}
        )
        client.register(project, problem.pool, problem.field)
        before = client.wait_for_ranking(project)
        batches, accuracies, versions = [], [], []

        for _ in range(ROUNDS):
            batches.append(client.batch(project, 15))
            client.label(project, {i["key"]: problem.truth[i["key"]] for i in batches[-1]["items"]})
            after = client.wait_for_ranking(project)
            accuracies.append(accuracy(client, project, problem))
            versions.append(after["version"]["number"])

        last = client.batch(project, 15)
        served = [item["key"] for batch in [*batches, last] for item in batch["items"]]
        assert len(served) == len(set(served)) == 15 * (ROUNDS + 1)
        assert before["version"] is None
        assert versions == sorted(set(versions))
        assert numbers(batches) == sorted(set(numbers(batches)))
        assert reasons(batches[0]) <= {"cold_start", "audit", "coverage"}
        assert "strategy" in reasons(last)
        assert not reasons(last) & {"cold_start", "random"}
        assert accuracies[-1] > max(accuracies[0], GOOD) > 1 / len(problem.classes)
        assert_predictions_agree(client, project, problem, last)


def accuracy(client: Client, project: str, problem: Problem) -> float:
    """Share of the test set that the version in use gets right."""
    said = client.predict(project, problem.test, problem.field)["predictions"]
    right = [p["label"] == t for p, t in zip(said, problem.test_truth, strict=True)]
    return sum(right) / len(right)


def numbers(batches: Sequence[Any]) -> list[int]:
    """Numbers of the rankings that batches came from."""
    return [batch["ranking"]["number"] for batch in batches]


def reasons(batch: Any) -> set[str]:
    """Why the items of a batch were served."""
    return {item["reason"] for item in batch["items"]}


def assert_predictions_agree(client: Client, project: str, problem: Problem, batch: Any) -> None:
    """What is stored of items, shown in a batch, and predicted anew is the same."""
    keys = [item["key"] for item in batch["items"]]
    anew = client.predict(project, [problem.pool[key] for key in keys], problem.field)
    assert anew["version"] == client.get(project)["version"]["number"]
    for item, said in zip(batch["items"], anew["predictions"], strict=True):
        stored = client.get(f"{project}/items/{item['key']}")["prediction"]
        # What chance has chosen is to judge the prediction, which is not shown with it.
        assert item["prediction"] == (None if item["reason"] in CHANCE else stored)
        assert stored["label"] == said["label"]
        assert stored["probabilities"] == pytest.approx(said["probabilities"], abs=1e-3)


def _problem(
    contents: Sequence[Any], names: Sequence[str], kind: Mapping[str, Any], *, pool: int
) -> Problem:
    keys = [f"item-{number}" for number in range(pool)]
    return Problem(
        classes=sorted(set(names)),
        input=kind,
        pool=dict(zip(keys, contents, strict=False)),
        truth=dict(zip(keys, names, strict=False)),
        test=contents[pool:],
        test_truth=names[pool:],
    )
