"""Pools that no scan serves in time: ranked by candidates first, by all of it later."""

from dataclasses import replace
from functools import partial
from itertools import count

import numpy as np
import pytest
from sqlalchemy import select

from service.domain.runs import Stage
from service.store.tables.learning import Ranking, Run, RunShard, Version
from tests.fakes import FrozenClock
from tests.workers.conftest import Pool
from tests.workers.loop import deliver
from workers.learning import fitted, selection, strategies
from workers.neighbours import ENTRY
from workers.pool import models


@pytest.fixture
def slow(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> Pool:
    """A pool of 300 points in many shards, with a first version, for which every scan is slow."""
    monkeypatch.setattr("workers.freeze.MANY_SHARDS", 2)
    monkeypatch.setattr("workers.arrange.FRESH", 40)
    monkeypatch.setattr("workers.arrange.LAST_BEST", 30)
    monkeypatch.setattr("workers.neighbours.NEAREST", 2)
    settings = replace(pool.runtime.settings, shard_rows=64)
    pool.runtime = replace(pool.runtime, settings=settings)
    retrain = {"min_labels": 10}
    pool.make(strategy="margin", estimator="logistic", seed=1, retrain=retrain).add(300)
    pool.work()
    pool.label(*range(10))
    pool.work()
    _took(pool, 5.0)
    return pool


def _took(pool: Pool, seconds: float) -> None:
    """The last run says that scoring took so long."""
    with pool.runtime.sessions.begin() as session:
        for run in session.scalars(select(Run).where(Run.scanned.is_not(None))):
            run.seconds = run.seconds | {"score": seconds}


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
    assert done == [Stage.RETRAIN, Stage.SCORE]
    _deliver_one(slow)

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
    _deliver_one(slow)

    order = slow.order()

    labelled = {f"0-{n}" for n in range(20)}
    assert set(best) - labelled <= set(order)
    assert len(order) > 30 - 20


def test_labels_during_a_scan_do_not_wait_for_it_and_are_followed_by_another(slow: Pool) -> None:
    slow.label(*range(10, 20))
    slow.work(until=Stage.SAMPLE)
    _deliver_one(slow)
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


def test_seeking_neighbours_is_not_counted_as_scoring_which_is_quick_again(
    slow: Pool, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of each second of the process, the thread that seeks takes seven tenths.
    whole, apart = count(), count(step=0.7)
    monkeypatch.setattr("workers.score.process_time", partial(next, whole))
    monkeypatch.setattr("workers.score.thread_time", partial(next, apart))
    slow.label(*range(10, 20))
    slow.work(until=Stage.SAMPLE)
    _deliver_one(slow)
    clock.pace = 0.2
    slow.work()
    scan = next(run for run in slow.rows(Run) if run.kind == "rescan")

    slow.label(*range(20, 30))
    done = slow.work()

    both = scan.seconds["score"] + scan.seconds["neighbours"]
    assert scan.seconds["neighbours"] == pytest.approx(0.7 * both, abs=1e-3)
    assert scan.seconds["score"] < 2 < both
    assert Stage.SAMPLE not in done


def test_all_shards_of_a_scan_seek_what_is_near_to_the_same_items(slow: Pool) -> None:
    slow.label(*range(10, 20))
    slow.work(until=Stage.SAMPLE)
    _deliver_one(slow)
    _deliver_one(slow)
    scan = [message for message in slow.queue.take() if message[0] is Stage.SCORE]
    for at, (stage, ids) in enumerate(scan):
        deliver(slow.runtime, stage, *ids)
        slow.label(100 + at)

    run = next(run for run in slow.rows(Run) if run.kind == "rescan")
    shards = [shard for shard in slow.rows(RunShard) if shard.run_id == run.id]

    points = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32)
    directions = points / np.linalg.norm(points, axis=1)[:, None]
    assert len(scan) == len(shards) == 5
    assert run.newest == list(range(20))
    for shard in shards:
        found = np.frombuffer(slow.runtime.blobs.path(shard.neighbours).read_bytes(), ENTRY)
        likeness = np.vecdot(directions[found["position"]], directions[found["row"]])
        np.testing.assert_allclose(likeness, found["likeness"], atol=1e-5)


def test_a_scan_that_is_quick_enough_is_all_there_is(slow: Pool) -> None:
    _took(slow, 1.0)
    slow.label(*range(10, 20))

    done = slow.work()

    assert Stage.SAMPLE not in done
    assert slow.api.get(slow.path)["ranking"]["candidates"] is None


@pytest.mark.parametrize(("seconds", "seeks"), [(0.9, False), (1.1, True)])
def test_neighbours_are_sought_once_a_scan_takes_half_of_the_time_there_is(
    slow: Pool, seconds: float, *, seeks: bool
) -> None:
    _took(slow, seconds)
    slow.label(*range(10, 20))
    slow.work()

    run = max(
        (run for run in slow.rows(Run) if run.kind == "cycle"), key=lambda run: run.created_at
    )
    shards = [shard for shard in slow.rows(RunShard) if shard.run_id == run.id]
    assert run.newest == (list(range(20)) if seeks else None)
    assert [bool(shard.neighbours) for shard in shards] == [seeks] * 5
    assert (run.candidates is not None) == seeks


@pytest.mark.parametrize("strategy", ["auto", "hybrid", "most_likely", "uherding"])
def test_candidates_are_ranked_by_every_kind_of_rule_and_so_is_the_scan(
    slow: Pool, strategy: str
) -> None:
    goal = {"type": "accuracy", "positive": "defect", "target": 0.9}
    changes = {"strategy": strategy, "goal": goal}
    slow.api.call("PATCH", slow.path, json=changes, headers={"If-Match": "*"})
    slow.work()
    _took(slow, 5.0)
    slow.label(*range(10, 30))
    slow.work(until=Stage.SAMPLE)
    _deliver_one(slow)
    shown, order = slow.api.get(slow.path)["ranking"], slow.order()
    slow.work()

    name = "few_labels" if strategy == "auto" else "asked_for"
    assert shown["rule"]["name"] == name
    assert shown["candidates"]["rows"] >= 40
    assert len(order) == len(set(order)) >= 20
    assert slow.api.get(slow.path)["ranking"]["candidates"] is None
    assert slow.api.get(slow.path)["ranking"]["rule"]["name"] == name
    assert len(slow.order()) == len(set(slow.order())) == 270


def _deliver_one(pool: Pool) -> None:
    stage, ids = pool.queue.sent.pop(0)
    deliver(pool.runtime, stage, *ids)
