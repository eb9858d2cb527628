"""What starts a cycle, with settings at their edges, and what a cycle trains on."""

import numpy as np
import pytest

from service.domain.catalogue import Estimator, Strategy
from service.domain.runs import Stage
from service.store.tables.learning import Version
from tests.workers.conftest import Pool
from workers import sweep
from workers.learning import fitted
from workers.pool import models


def test_zero_for_share_and_wait_means_every_label_at_once(pool: Pool) -> None:
    pool.make(retrain={"min_labels": 1, "share": 0, "max_wait_seconds": 0}).add(20)
    pool.work()
    pool.label(*range(10))
    pool.work()

    run = pool.label(10)["run"]

    assert run["state"] == "queued"
    pool.work()
    assert pool.api.get(pool.path)["version"]["labels"] == 11


def test_a_wait_of_zero_uses_a_label_at_the_next_sweep_whatever_the_minimum(pool: Pool) -> None:
    pool.make(retrain={"min_labels": 100, "share": 0, "max_wait_seconds": 0}).add(20)
    pool.work()
    pool.label(*range(10))

    sweep.sweep(pool.runtime)
    pool.work()

    assert pool.api.get(pool.path)["version"]["labels"] == 10


def test_a_share_of_the_labels_so_far_raises_the_minimum(pool: Pool) -> None:
    pool.make(retrain={"min_labels": 2, "share": 0.5, "max_wait_seconds": 3600}).add(40)
    pool.work()
    pool.label(*range(12))
    pool.work()
    started = [pool.label(n)["run"] is not None for n in range(12, 24)]

    assert started == [False] * 11 + [True]


def test_a_version_does_not_depend_on_the_order_in_which_labels_came(pool: Pool) -> None:
    points = np.random.default_rng(1).normal(size=(50, 2)).astype(np.float32)
    gaps = []
    for numbers in (range(12), reversed(range(12))):
        estimator = {"name": "svm_rbf", "C": 1.0, "gamma": "auto"}
        pool.make(estimator=estimator, retrain={"min_labels": 12}).add(30)
        pool.work()
        for number in numbers:
            pool.label(number)
        pool.work()
        row = max(pool.rows(Version), key=lambda row: row.id)
        machine = models.load(pool.runtime.blobs.path(row.model), row.model)
        gaps.append(fitted.outputs(machine, points).gap)

    assert len(pool.rows(Version)) == 2
    assert np.array_equal(*gaps)


def test_scores_are_cross_validated_anew_when_labels_have_doubled_and_at_fifty(
    pool: Pool,
) -> None:
    pool.make(retrain={"min_labels": 10, "share": 0}).add(80)
    pool.work()
    for first, end in ((0, 20), (20, 30), (30, 40), (40, 50)):
        pool.label(*range(first, end))
        pool.work()

    reports = [row.report for row in sorted(pool.rows(Version), key=lambda row: row.number)]

    assert [report["validated_at"] for report in reports] == [20, 20, 40, 50]
    scores = [report["cross_validation"] for report in reports]
    assert scores[0] == scores[1] != scores[2] != scores[3]


# Both kinds of database say the same to every pair: one is asked.
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("estimator", [each for each in Estimator if each != "external"])
@pytest.mark.parametrize("strategy", list(Strategy))
def test_every_strategy_is_served_with_every_estimator(
    pool: Pool, strategy: Strategy, estimator: Estimator
) -> None:
    goal = {"type": "accuracy", "positive": "defect", "target": 0.9}
    settings = {"strategy": strategy, "estimator": estimator, "goal": goal}
    pool.make(**settings, retrain={"min_labels": 10}).add(30)
    pool.work()
    first = pool.api.batch(pool.path, 10)["items"]
    pool.label(*(int(item["key"].partition("-")[2]) for item in first))

    done = pool.work()
    second = pool.api.batch(pool.path, 10)

    assert done == [Stage.RETRAIN, Stage.SCORE, Stage.RANK]
    assert {item["reason"] for item in first} == {"cold_start"}
    assert {item["reason"] for item in second["items"]} == {"strategy"}
    assert second["ranking"]["strategy"] == ("uherding" if strategy is Strategy.AUTO else strategy)
    assert second["ranking"]["rule"]["name"] == (
        "few_labels" if strategy is Strategy.AUTO else "asked_for"
    )
    assert not {item["key"] for item in first} & {item["key"] for item in second["items"]}
    assert len(second["items"]) == 10
