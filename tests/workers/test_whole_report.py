"""All sections of a report by the run that makes it, with a goal of accuracy or of recall."""

from typing import Any

import numpy as np
import pytest

from tests.workers.conftest import Pool
from tests.workers.reports import ITEMS, learn, others, ready, reserve

PEOPLE = ("ana", "ben", "cleo")
SECTIONS = {
    "quality",
    "curve",
    "delivered",
    "coverage",
    "stop",
    "labels_saved",
    "annotators",
    "agreement",
    "label_issues",
}
WRONG = {"fine": "defect", "defect": "fine"}


def answer(pool: Pool, numbers: list[int], who: str, *, wrong: tuple[int, ...] = ()) -> None:
    """Label points with their true class, but for some."""
    truth = {number: pool.side(f"0-{number}") for number in numbers}
    said = {f"0-{n}": WRONG[side] if n in wrong else side for n, side in truth.items()}
    pool.api.label(pool.path, said, who)


def repeat(pool: Pool, who: str, *, wrong: int) -> int:
    """Answer batches by one person, some of the repeats wrongly; say how many repeats they had."""
    count = 0
    while items := pool.api.batch(pool.path, 50, who)["items"]:
        log = pool.api.get(f"{pool.path}/selections?limit=1000")["data"]
        kinds = {row["key"]: row["strategy"] for row in log if row["annotator"] == who}
        repeated = [item["key"] for item in items if kinds[item["key"]] == "blind_repeat"]
        said = {item["key"]: pool.side(item["key"]) for item in items}
        for key in repeated[: max(0, wrong - count)]:
            said[key] = WRONG[said[key]]
        pool.api.label(pool.path, dict(said), who)
        count += len(repeated)
    return count


@pytest.fixture
def crowd(pool: Pool) -> Pool:
    """Three have labelled the audit, two some of the rest; one is wrong about two clear points."""
    goal = {"type": "accuracy", "target": 0.8}
    ready(pool, labels_per_item=3, goal=goal, batch={"audit_share": 0.2, "coverage_share": 0.2})
    across = np.abs(np.random.default_rng(0).normal(size=(ITEMS, 2))[:, 0])
    far = [n for n in others(pool)[40:120] if across[n] > 1][:2]
    for who in PEOPLE:
        answer(pool, reserve(pool)[:80], who)
    answer(pool, others(pool)[:120], "ana", wrong=tuple(far))
    answer(pool, others(pool)[:40], "ben")
    return pool


def test_a_report_on_a_goal_of_accuracy_has_every_section(crowd: Pool) -> None:
    for first in range(120, 220, 20):
        answer(crowd, others(crowd)[first : first + 20], "ana")
        found = learn(crowd)

    assert found.keys() >= SECTIONS
    assert found["quality"]["audit_labels"] == 80
    assert len(found["curve"]) == 5
    assert found["coverage"]["clusters"] > 0
    clauses: dict[str, Any] = {each["name"]: each for each in found["stop"]["clauses"]}
    assert list(clauses) == [
        "predictions_stable",
        "audit_target",
        "predicted_gain",
        "no_uncovered_region",
    ]
    assert "of 80 audit labels are predicted right" in clauses["audit_target"]["detail"]
    assert "points of accuracy" in clauses["predicted_gain"]["detail"]
    assert "not cut" not in clauses["no_uncovered_region"]["detail"]
    assert found["stop"]["advice"] in {"stop", "continue"}
    assert [row["annotator"] for row in found["annotators"]] == list(PEOPLE)
    assert all(0 < row["low"] < row["high"] <= 1 for row in found["annotators"])
    assert found["agreement"]["kappa"] is None
    assert found["labels_saved"]["detail"]
    assert all(row["value"] != row["suspected"] for row in found["label_issues"])


def test_labels_that_a_report_suspects_are_those_that_are_wrong(crowd: Pool) -> None:
    found = learn(crowd)

    labels = crowd.api.get(f"{crowd.path}/labels?limit=1000")["data"]
    mistaken = {row["key"] for row in labels if row["value"] != crowd.side(row["key"])}
    worst = found["label_issues"][0]
    assert worst["key"] in mistaken
    assert worst["suspected"] == crowd.side(worst["key"])


def test_delivered_labels_are_as_good_as_blind_repeats_say_that_people_are(crowd: Pool) -> None:
    assumed = learn(crowd)["delivered"]
    assert assumed["people"]["is_assumed"]
    assert assumed["people"]["quality"] == 1
    labels = crowd.api.get(f"{crowd.path}/labels?limit=1000")["data"]
    assert assumed["people"]["items"] == len({row["key"] for row in labels})

    repeats = repeat(crowd, "cleo", wrong=6)
    learn(crowd)
    repeats += repeat(crowd, "ben", wrong=0)
    found = learn(crowd)

    assert found["agreement"]["repeats"] == repeats >= 30
    assert found["agreement"]["low"] < found["agreement"]["kappa"] < 1
    people = found["delivered"]["people"]
    assert not people["is_assumed"]
    assert 0.8 < people["quality"] < 1
    assert found["delivered"]["low"] < found["delivered"]["quality"] < found["delivered"]["high"]
    assert "blind repeats" in found["delivered"]["method"]


def test_a_report_on_a_search_says_how_much_is_found(pool: Pool) -> None:
    goal = {"type": "recall", "positive": "defect", "target": 0.8}
    ready(pool, goal=goal, batch={"audit_share": 0.2, "coverage_share": 0.0})
    pool.label(*reserve(pool)[:60], *others(pool)[:60])

    found = learn(pool)

    assert found.keys() >= SECTIONS
    assert [each["name"] for each in found["stop"]["clauses"]] == [
        "sampled_positives",
        "hypergeometric",
    ]
    assert found["stop"]["advice"] == "continue"
    assert "of an estimated" in found["stop"]["detail"]
    assert [row["annotator"] for row in found["annotators"]] == ["ana"]
    assert "labels_per_item" in found["annotators"][0]["detail"]
    assert found["delivered"]["people"]["is_assumed"]
