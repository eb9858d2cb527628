"""The advice on stopping, from what a project has in its tables and blobs."""

from typing import Any

import numpy as np

from tests.workers.conftest import Pool
from workers.learning.clauses import Audited
from workers.reporting import material, stop
from workers.reporting.stop import Judged


def advised(pool: Pool, **given: Any) -> dict[str, Any]:
    """The section of a project."""
    with pool.runtime.readers() as session:
        found = material.load(session, pool.row())
    assert found is not None
    usual: dict[str, Any] = {"audited": None, "history": None, "uncovered": 0.0}
    return stop.section(pool.runtime, found, **usual | given)


def clause(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in found["clauses"] if each["name"] == name)


def test_versions_that_agree_and_an_audit_above_the_target_are_reason_to_stop(pool: Pool) -> None:
    pool.make(
        goal={"type": "accuracy", "target": 0.9},
        retrain={"min_labels": 20, "share": 0.0},
        estimator={"name": "logistic", "C": 10.0},
    ).add(600)
    pool.work()
    for first in range(0, 300, 60):
        pool.label(*range(first, first + 60))
        pool.work()

    found = advised(pool, audited=Audited(labels=400, right=395))
    without = advised(pool)

    assert clause(found, "predictions_stable")["passed"], found
    assert found["advice"] == "stop"
    assert without["advice"] == "continue"
    assert "0 of 50 audit labels" in clause(without, "audit_target")["detail"]


def test_the_first_version_is_compared_with_none(pool: Pool) -> None:
    pool.make(retrain={"min_labels": 20}).add(60)
    pool.work()
    pool.label(*range(20))
    pool.work()

    found = advised(pool)

    assert found["advice"] == "continue"
    assert "compared 0 of 3 times" in clause(found, "predictions_stable")["detail"]
    assert [each["name"] for each in found["clauses"]] == [
        "predictions_stable",
        "predicted_gain",
        "no_uncovered_region",
    ]


def test_versions_are_judged_on_the_items_that_all_have(pool: Pool) -> None:
    points = [
        (10, np.array([5, 3, 9]), np.array([True, False, True])),
        (20, np.array([9, 5, 7]), np.array([False, True, True])),
    ]

    found = stop.judged(points)

    assert found is not None
    assert found.labels.tolist() == [10, 20]
    assert found.right.tolist() == [[True, True], [True, False]]
    assert stop.judged([]) is None


def test_a_flat_curve_says_that_little_is_left_to_gain(pool: Pool) -> None:
    pool.make(retrain={"min_labels": 20}).add(60)
    pool.work()
    pool.label(*range(20))
    pool.work()
    right = np.tile(np.arange(1000) < 900, (6, 1))
    history = Judged(labels=np.array([20, 40, 80, 160, 320, 640]), right=right)

    found = advised(pool, history=history)

    assert clause(found, "predicted_gain")["passed"]


def test_a_search_counts_what_it_found_and_what_the_sample_tells(pool: Pool) -> None:
    pool.make(
        goal={"type": "recall", "positive": "defect", "target": 0.8},
        batch={"audit_share": 0.2, "coverage_share": 0.0},
        retrain={"min_labels": 500, "share": 0.0},
    )
    with pool.runtime.sessions.begin() as session:  # else the reserve is another one each time
        session.merge(pool.row()).audit_secret = bytes(32)
    pool.add(500).work()
    api, total = pool.api, sum(pool.side(f"0-{n}") == "defect" for n in range(500))
    for _ in range(5):
        items = api.batch(pool.path, 60)["items"]
        api.label(pool.path, {item["key"]: pool.side(item["key"]) for item in items})
        api.post(f"{pool.path}/runs", {}, 202)
        pool.work()

    found = advised(pool)

    sampled = clause(found, "sampled_positives")
    assert [each["name"] for each in found["clauses"]] == ["sampled_positives", "hypergeometric"]
    assert sampled["passed"], found
    assert found["advice"] == "stop"
    words = found["detail"]
    number, low, high = (
        int(words.partition("estimated ")[2].partition(" (95 % CI")[0]),
        int(words.partition("CI ")[2].partition("-")[0]),
        int(words.partition("CI ")[2].partition("-")[2].partition(")")[0]),
    )
    assert low <= number <= high
    assert low <= total <= high
    assert abs(number - total) < 60


def test_a_search_that_has_just_begun_goes_on(pool: Pool) -> None:
    pool.make(
        goal={"type": "recall", "positive": "defect", "target": 0.8},
        batch={"audit_share": 0.2, "coverage_share": 0.0},
        retrain={"min_labels": 30},
    ).add(500)
    pool.work()
    items = pool.api.batch(pool.path, 30)["items"]
    pool.api.label(pool.path, {item["key"]: pool.side(item["key"]) for item in items})
    pool.work()

    found = advised(pool)

    assert found["advice"] == "continue"
    assert "it is not shown yet" in found["detail"]
