"""Work that is due: sent again, started, tidied up."""

import time
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from service.domain.runs import Stage
from service.store.tables.access import Receipt
from service.store.tables.learning import RunShard
from service.store.tables.pool import Item, Project, Shard
from tests.workers.conftest import Pool
from workers import sweep


def test_a_lost_message_is_sent_again(pool: Pool) -> None:
    pool.make().add(5)
    lost = pool.queue.take()
    sweep.sweep(pool.runtime)
    too_early = pool.queue.take()

    pool.clock.advance(11)
    sweep.sweep(pool.runtime)

    assert too_early == []
    assert pool.queue.take() == lost


def test_a_run_whose_worker_died_is_sent_again_when_its_lease_has_lapsed(pool: Pool) -> None:
    pool.make(retrain={"min_labels": 10}).add(20)
    pool.work()
    pool.label(*range(10))
    pool.work(until=Stage.SCORE)
    pool.queue.take()
    pool.clock.advance(11)

    sweep.sweep(pool.runtime)

    assert [stage for stage, _ in pool.queue.take()] == [Stage.SCORE]


def test_a_lost_shard_is_sent_again(pool: Pool) -> None:
    pool.make(retrain={"min_labels": 10}).add(20)
    pool.work()
    pool.label(*range(10))
    pool.work(until=Stage.SCORE)
    sent = pool.queue.take()
    run_id = UUID(pool.last_run()["id"])
    sweep.sweep(pool.runtime)
    early = pool.queue.take()
    pool.clock.advance(11)

    sweep.sweep(pool.runtime)

    assert sent == [(Stage.SCORE, (run_id, 0))]
    assert early == []
    assert pool.queue.sent == sent
    assert pool.work() == [Stage.SCORE, Stage.RANK]


def test_a_slow_annotators_three_labels_are_used_after_the_wait(pool: Pool) -> None:
    pool.make(retrain={"min_labels": 10, "max_wait_seconds": 30}).add(20)
    pool.work()
    pool.label(0, 1, 2)
    pool.clock.advance(29)
    sweep.sweep(pool.runtime)
    before = pool.queue.take()

    pool.clock.advance(1.5)
    sweep.sweep(pool.runtime)

    assert before == []
    assert [stage for stage, _ in pool.queue.take()] == [Stage.RETRAIN]


def test_labels_below_the_minimum_that_came_during_a_run_wait_their_time_and_no_longer(
    pool: Pool,
) -> None:
    pool.make(retrain={"min_labels": 10, "max_wait_seconds": 30}).add(40)
    pool.work()
    pool.label(*range(10))
    pool.work(until=Stage.RANK)
    pool.label(10, 11, 12)
    pool.work()
    at_once = [run for run in pool.api.get(f"{pool.path}/runs")["data"] if run["kind"] == "cycle"]

    pool.clock.advance(31)
    sweep.sweep(pool.runtime)
    pool.work()

    runs = [run for run in pool.api.get(f"{pool.path}/runs")["data"] if run["kind"] == "cycle"]
    assert len(runs) == len(at_once) + 1
    assert pool.api.get(pool.path)["version"]["labels"] == 13
    pool.clock.advance(100)
    sweep.sweep(pool.runtime)
    assert pool.queue.take() == []


@pytest.mark.parametrize("count", [1, 7])
def test_labels_that_come_during_a_run_cause_exactly_one_more(pool: Pool, count: int) -> None:
    pool.make(retrain={"min_labels": 1}).add(40)
    pool.work()
    pool.label(*range(10))
    pool.work(until=Stage.SCORE)

    for number in range(10, 10 + count):
        pool.label(number)
    pool.work()

    runs = [run for run in pool.api.get(f"{pool.path}/runs")["data"] if run["kind"] == "cycle"]
    trained = [run for run in runs if "retrain" in run["seconds"]]
    assert len(trained) == 2
    assert pool.api.get(pool.path)["ranking"]["labels_since"] == 0


def test_of_two_sweepers_at_once_one_sweeps(pool: Pool) -> None:
    pool.make().add(5)
    pool.queue.take()
    pool.clock.advance(11)

    sweep.sweep(pool.runtime)
    sweep.sweep(pool.runtime)

    assert len(pool.queue.take()) == 1


def test_pruning_keeps_every_blob_that_is_used_and_drops_the_others(pool: Pool) -> None:
    pool.make(retrain={"min_labels": 10}).add(20)
    pool.work()
    for first in (0, 10):
        pool.label(*range(first, first + 8))
        pool.api.post(f"{pool.path}/runs", {}, 202)
        pool.work()
    stray = pool.runtime.blobs.put(b"nobody points here")
    pool.clock.at = pool.clock.at.now(tz=pool.clock.at.tzinfo) + timedelta(hours=3)

    sweep.prune(pool.runtime, pool.runtime.now())
    sweep.prune(pool.runtime, pool.runtime.now())

    assert stray not in set(pool.runtime.blobs.written_before(pool.clock.at))
    for shard in pool.rows(Shard):
        assert pool.runtime.blobs.path(shard.features).exists()
    used = pool.row().ranking_id
    assert used is not None
    kept = [shard for shard in pool.rows(RunShard) if shard.predictions]
    assert all(pool.runtime.blobs.path(shard.predictions).exists() for shard in kept)
    pool.api.batch(pool.path, 4)
    pool.label(18, 19)
    pool.api.post(f"{pool.path}/runs", {}, 202)
    pool.work()
    assert pool.last_run()["state"] == "done"


def test_deleted_projects_and_old_receipts_go_after_their_time(pool: Pool) -> None:
    pool.make().add(5)
    pool.work()
    body = {"size": 1, "annotator": "ana"}
    pool.api.post(f"{pool.path}/batches", body, 201, headers={"Idempotency-Key": "k"})
    etag = pool.api.call("GET", pool.path).headers["ETag"]
    deleted = pool.api.call("DELETE", pool.path, headers={"If-Match": etag})
    pool.clock.advance(3600)
    sweep.prune(pool.runtime, pool.runtime.now())
    with pool.runtime.readers() as session:
        receipts = session.scalars(select(Receipt)).all()

    pool.clock.advance(24 * 3600)
    sweep.prune(pool.runtime, pool.runtime.now())

    assert deleted.status_code == 204
    assert len(receipts) == 1
    assert pool.rows(Receipt) == []
    assert pool.rows(Project) == []
    assert pool.rows(Item) == []


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_tables_that_grow_are_known_to_the_planner_without_waiting_for_its_daemon(
    pool: Pool,
) -> None:
    pool.make().add(600)

    deadline = time.monotonic() + 20  # the server hands counts on within seconds
    while not (rows := _known_rows(pool)) and time.monotonic() < deadline:
        pool.clock.advance(1)
        sweep.sweep(pool.runtime)
        time.sleep(0.1)

    assert rows == 600


def _known_rows(pool: Pool) -> int:
    with pool.runtime.sessions() as session:
        known = session.scalar(text("SELECT reltuples FROM pg_class WHERE relname = 'item'"))
    return max(0, int(known))
