"""Pools that no scan serves in time: ranked by candidates first, by all of it later."""

import numpy as np
import pytest

from service.domain.runs import Stage
from service.store.tables.learning import Ranking, Run, Version
from tests.workers.conftest import Pool
from workers.learning import fitted, selection, strategies
from workers.pool import models


def _in_use(pool: Pool) -> Ranking:
    return max(pool.rows(Ranking), key=lambda row: row.number)


def _expected(pool: Pool, positions: list[int]) -> list[str]:
    """These items by the margin of the version in use."""
    row = next(each for each in pool.rows(Version) if each.id == pool.row().version_id)
    model = models.load(pool.runtime.blobs.path(row.model), row.model)
    points = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32)
    scores = strategies.margin(fitted.outputs(model, points), np.zeros(300))
    ties = selection.hashes(1, np.arange(300))
    return [f"0-{n}" for n in sorted(positions, key=lambda n: (-scores[n], int(ties[n])))]


def test_a_ranking_of_candidates_says_so_and_is_replaced_by_that_of_the_scan(slow: Pool) -> None:
    before = _in_use(slow)
    slow.label(*range(10, 20))
    done = slow.work(until=Stage.SAMPLE)
    assert done == [Stage.RETRAIN]
    slow.deliver_one()

    shown = slow.api.get(slow.path)["ranking"]
    order = slow.order()

    assert before.candidates is None
    assert 40 <= shown["candidates"]["rows"] < 40 + 30 + 2 * 10
    assert shown["candidates"]["of"] == 300
    assert order == _expected(slow, [int(key[2:]) for key in order])
    assert not {f"0-{n}" for n in range(20)} & set(order)

    done = slow.work()

    assert done == [Stage.SCORE] * (1 + 5) + [Stage.RANK]
    assert slow.api.get(slow.path)["ranking"]["candidates"] is None
    assert slow.order() == _expected(slow, list(range(20, 300)))
    assert {run.kind for run in slow.rows(Run)} >= {"encode", "cycle", "rescan"}


def test_the_best_of_the_last_scan_and_neighbours_of_labels_are_among_the_candidates(
    slow: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.arrange.FRESH", 0)
    best = slow.order()[:20]
    slow.label(*range(10, 20))
    slow.work(until=Stage.SAMPLE)
    slow.deliver_one()

    order = slow.order()

    labelled = {f"0-{n}" for n in range(20)}
    assert set(best) - labelled <= set(order)
    assert len(order) > 30 - 20


def test_labels_during_a_scan_do_not_wait_for_it_and_are_followed_by_another(slow: Pool) -> None:
    slow.label(*range(10, 20))
    slow.work(until=Stage.SAMPLE)
    slow.deliver_one()
    scan = slow.queue.take()
    slow.label(*range(20, 30))
    slow.work()
    version = slow.api.get(slow.path)["version"]["number"]
    assert slow.api.get(slow.path)["ranking"]["candidates"] is not None

    slow.queue.sent = scan
    slow.work()

    project = slow.api.get(slow.path)
    assert (project["version"]["number"], project["ranking"]["version"]) == (version, version)
    assert project["ranking"]["candidates"] is None
    scans = [run for run in slow.rows(Run) if run.kind == "rescan"]
    assert sorted((run.state, bool(run.reason)) for run in scans) == [
        ("done", False),
        ("done", True),
    ]
    assert slow.order() == _expected(slow, list(range(30, 300)))


def test_a_scan_that_is_quick_enough_is_all_there_is(slow: Pool) -> None:
    slow.took(1.0)
    slow.label(*range(10, 20))

    done = slow.work()

    assert Stage.SAMPLE not in done
    assert slow.api.get(slow.path)["ranking"]["candidates"] is None


@pytest.mark.parametrize("strategy", ["auto", "hybrid", "most_likely", "uherding"])
def test_candidates_are_ranked_by_every_kind_of_rule_and_so_is_the_scan(
    slow: Pool, strategy: str
) -> None:
    goal = {"type": "accuracy", "positive": "defect", "target": 0.9}
    changes = {"strategy": strategy, "goal": goal}
    slow.api.call("PATCH", slow.path, json=changes, headers={"If-Match": "*"})
    slow.work()
    slow.took(5.0)
    slow.label(*range(10, 30))
    slow.work(until=Stage.SAMPLE)
    slow.deliver_one()
    shown, order = slow.api.get(slow.path)["ranking"], slow.order()
    slow.work()

    name = "few_labels" if strategy == "auto" else "asked_for"
    assert shown["rule"]["name"] == name
    assert shown["candidates"]["rows"] >= 40
    assert len(order) == len(set(order)) >= 20
    assert slow.api.get(slow.path)["ranking"]["candidates"] is None
    assert slow.api.get(slow.path)["ranking"]["rule"]["name"] == name
    assert len(slow.order()) == len(set(slow.order())) == 270
