"""Sections on people: how far they agree, how good their labels are, which are suspected."""

from typing import Any

import numpy as np
import pytest

from service.domain.catalogue import Asked
from service.store import projects, rechecks, shards, versions
from service.store.tables.learning import Version
from tests.workers.conftest import Pool
from workers.reporting import annotators, issues, labelled, people
from workers.reporting.people import People


def loaded(pool: Pool) -> People:
    """What a report reads."""
    with pool.runtime.readers() as session:
        project = projects.find_live(session, pool.row().id)
        assert project is not None
        there = shards.list_for(session, project.id)
        version = versions.find(session, project.version_id)
        rows = labelled.load(session, project)
    return people.load(pool.runtime, project, rows, there, version)


def wrong(pool: Pool, number: int) -> str:
    """The class that a point is not of."""
    return {"fine": "defect", "defect": "fine"}[pool.side(f"0-{number}")]


def far(count: int) -> list[int]:
    """Points that lie far from the border."""
    points = np.random.default_rng(0).normal(size=(count, 2))
    return [n for n in range(count) if abs(points[n, 0]) > 0.7]


@pytest.mark.parametrize("labels_per_item", [1, 3])
def test_wrong_labels_are_suspected_with_what_they_should_be(
    pool: Pool, labels_per_item: int
) -> None:
    pool.make(
        labels_per_item=labels_per_item,
        estimator={"name": "logistic"},
        retrain={"min_labels": 60},
    ).add(100)
    pool.work()
    bad = far(60)[:2]
    pool.label(*(n for n in range(60) if n not in bad))
    pool.api.label(pool.path, {f"0-{n}": wrong(pool, n) for n in bad}, "ben")
    pool.work()

    found = issues.section(pool.runtime, pool.row(), loaded(pool))

    assert {row["key"] for row in found[:2]} == {f"0-{n}" for n in bad}
    for row in found[:2]:
        assert row["suspected"] == pool.side(row["key"])
        assert row["value"] != row["suspected"]
        assert row["quality"] < 0.5


def test_versions_without_items_are_made_for_a_tenth_more_labels_not_for_each_report(
    pool: Pool,
) -> None:
    pool.make(retrain={"min_labels": 5, "share": 0.0}).add(150)
    pool.work()
    for first, end in ((0, 100), (100, 105), (105, 115)):
        pool.label(*range(first, end))
        pool.work()

    made = sorted(pool.rows(Version), key=lambda each: each.number)
    assert [each.labels for each in made] == [100, 105, 115]
    assert [each.held_out is not None for each in made] == [True, False, True]
    assert loaded(pool).made is None


def test_who_errs_is_seen_by_agreement_and_by_quality(pool: Pool) -> None:
    pool.make(labels_per_item=3, retrain={"min_labels": 60}).add(100)
    pool.work()
    for name in ("ana", "ben"):
        answers = {f"0-{n}": pool.side(f"0-{n}") for n in range(40)}
        pool.api.label(pool.path, answers, name)
    mixed: dict[str, str | None] = {
        f"0-{n}": pool.side(f"0-{n}") if n % 2 else wrong(pool, n) for n in range(40)
    }
    pool.api.label(pool.path, mixed, "cleo")
    pool.work()

    rows = {row["annotator"]: row for row in annotators.section(pool.row(), loaded(pool))}

    assert [rows[name]["labels"] for name in ("ana", "ben", "cleo")] == [40, 40, 40]
    assert rows["ana"]["agreement"] == pytest.approx(0.75)
    assert rows["cleo"]["agreement"] == pytest.approx(0.5)
    assert rows["ana"]["low"] < 0.75 < rows["ana"]["high"]
    assert rows["ana"]["quality"] > rows["cleo"]["quality"] + 0.2
    assert rows["ana"]["compared"] == 40


def test_without_shared_items_agreement_is_null_and_says_why(pool: Pool) -> None:
    pool.make(retrain={"min_labels": 20}).add(40)
    pool.work()
    pool.label(*range(20))
    pool.work()

    rows = annotators.section(pool.row(), loaded(pool))

    assert [row["agreement"] for row in rows] == [None]
    assert "labels_per_item" in rows[0]["detail"]
    assert 0.5 < rows[0]["quality"] < 1
    assert annotators.repeats(loaded(pool))["kappa"] is None


def test_kappa_is_that_of_blind_repeats_and_of_nothing_else(pool: Pool) -> None:
    pool.make(labels_per_item=3, retrain={"min_labels": 900}).add(600)
    pool.work()
    pool.label(*range(100))
    with pool.runtime.sessions.begin() as session:
        ranking = pool.row().ranking_id
        assert ranking is not None
        rechecks.add(session, ranking, Asked.BLIND_REPEAT, [(at, None, 0.01) for at in range(100)])
    asked: list[Any] = [
        item for _ in range(4) for item in pool.api.batch(pool.path, 100, "ben")["items"]
    ]
    repeated = [item["key"] for item in asked if item["reason"] == "relabel"]
    answers: dict[str, str | None] = {key: pool.side(key) for key in repeated}
    answers[repeated[0]] = wrong(pool, int(repeated[0].partition("-")[2]))
    pool.api.label(pool.path, answers, "ben")
    pool.api.label(pool.path, {"0-99": wrong(pool, 99)}, "cleo")  # nobody asked for it

    found = annotators.repeats(loaded(pool))

    assert found["repeats"] == len(repeated) == 20
    assert 0.7 < found["kappa"] < 1
    assert found["low"] < found["kappa"] < found["high"]
    assert "95%" in found["detail"]


def test_of_nothing_nothing_is_said(pool: Pool) -> None:
    pool.make().add(5)
    pool.work()

    assert annotators.section(pool.row(), loaded(pool)) == []
    assert issues.section(pool.runtime, pool.row(), loaded(pool)) == []
