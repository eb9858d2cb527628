"""Uploads that are cancelled or fail after they began to write."""

from uuid import UUID

import pytest

from service.domain.runs import Stage
from service.store.tables.pool import Item, Shard
from service.store.tables.uploads import Part, Upload
from tests.workers.conftest import Pool
from tests.workers.ingest.sent import (
    NDJSON,
    arrow,
    assert_counts_are_right,
    ndjson,
    points,
    present,
    sent,
    small_parts,
    up_to,
)
from tests.workers.loop import deliver
from workers import sweep


@pytest.mark.parametrize("written", [0, 1, 2])
def test_a_cancelled_upload_leaves_nothing(pool: Pool, written: int) -> None:
    small_parts(pool).make(batch={"audit_share": 0.1}).add(20)
    pool.work()
    path = sent(pool, arrow(points(40, seed=5)))
    messages = up_to(pool, Stage.WRITE)
    for stage, ids in messages[:written]:
        deliver(pool.runtime, stage, *ids)
    pool.api.add_vectors(pool.path, {"behind": [1, 2]})

    assert pool.api.call("DELETE", path.removeprefix("/v1")).status_code == 204
    pool.queue.sent += messages
    pool.work()

    assert pool.api.get(path)["state"] == "cancelled"
    keys = {item.key for item in present(pool)}
    assert keys == {f"0-{n}" for n in range(20)} | {"behind"}
    assert_counts_are_right(pool)
    row = pool.row()
    assert row.encoded == row.next_position
    assert sum(shard.rows for shard in pool.rows(Shard)) == row.next_position
    open_keys = {item.key for item in present(pool) if item.audit_draw >= row.audit_threshold}
    assert set(pool.order()) == open_keys
    assert [upload.is_reserving for upload in pool.rows(Upload)] == [False]


@pytest.mark.parametrize("stage", [Stage.INGEST, Stage.DECODE, Stage.CHECK])
def test_the_same_upload_again_does_not_count_on_items_that_are_taken_away(
    pool: Pool, stage: Stage
) -> None:
    small_parts(pool).make()
    path = sent(pool, arrow(points(40)))
    step, ids = up_to(pool, Stage.WRITE)[0]
    deliver(pool.runtime, step, *ids)
    pool.api.call("DELETE", path.removeprefix("/v1"))
    undo = pool.queue.take()

    again = sent(pool, arrow(points(40)))
    pool.work(until=stage)
    if stage is Stage.CHECK:  # it has to wait, and is sent again
        pool.work()
        assert pool.api.get(again)["stage"] == "check"
    pool.queue.sent += undo
    pool.work()
    pool.clock.advance(1)
    sweep.sweep(pool.runtime)
    pool.work()

    run = pool.api.get(again)
    assert (run["state"], run["registered"], run["unchanged"]) == ("done", 40, 0)
    assert len(present(pool)) == 40
    assert_counts_are_right(pool)


def test_an_upload_that_ended_well_is_not_undone(pool: Pool) -> None:
    pool.make()
    path = sent(pool, arrow(points(40)))
    pool.work()

    deliver(pool.runtime, Stage.UNDO, UUID(path.rpartition("/")[2]))

    assert len(present(pool)) == 40


def test_labels_of_a_cancelled_upload_train_nothing(pool: Pool) -> None:
    small_parts(pool).make().add(4)
    pool.work()
    path = sent(pool, arrow(points(40, seed=5)))
    stage, ids = up_to(pool, Stage.WRITE)[0]
    deliver(pool.runtime, stage, *ids)
    pool.label(3, seed=5)

    pool.api.call("DELETE", path.removeprefix("/v1"))
    pool.work()

    counts = pool.api.get(pool.path)["counts"]
    assert (counts["items"], counts["labelled"], counts["labels"]) == (4, 0, 0)
    assert_counts_are_right(pool)


def test_a_part_that_always_fails_fails_the_run_and_leaves_nothing(pool: Pool) -> None:
    small_parts(pool).make()
    path = sent(pool, arrow(points(40)))
    messages = up_to(pool, Stage.WRITE)
    deliver(pool.runtime, *messages[0][:1], *messages[0][1])
    content = next(part.content for part in pool.rows(Part) if part.number == 1)
    pool.runtime.blobs.remove(str(content))

    for _ in range(pool.runtime.settings.run_attempts + 1):
        pool.clock.advance(60)
        deliver(pool.runtime, messages[1][0], *messages[1][1])
    pool.work()

    run = pool.api.get(path)
    assert (run["state"], run["reason"]) == ("failed", "write was given up at shard 1")
    assert present(pool) == []
    assert_counts_are_right(pool)


def test_what_an_ended_run_left_is_undone_though_the_message_was_lost(pool: Pool) -> None:
    small_parts(pool).make()
    path = sent(pool, arrow(points(40)))
    stage, ids = up_to(pool, Stage.WRITE)[0]
    deliver(pool.runtime, stage, *ids)
    pool.api.call("DELETE", path.removeprefix("/v1"))
    pool.queue.take()

    sweep.sweep(pool.runtime)
    pool.work()

    assert present(pool) == []
    assert not pool.rows(Upload)[0].is_reserving


def test_an_upload_into_a_deleted_project_ends(pool: Pool) -> None:
    small_parts(pool).make()
    sent(pool, ndjson([{"key": "a", "vector": [1, 2]}]), NDJSON)
    etag = pool.api.call("GET", pool.path).headers["ETag"]

    pool.api.call("DELETE", pool.path, headers={"If-Match": etag})
    pool.work()

    assert pool.rows(Item) == []
