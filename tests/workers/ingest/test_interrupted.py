"""Uploads whose workers die, that are cancelled, or that meet others on the way."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from service.domain.runs import RunState, Stage
from service.store.tables.pool import Item, Shard
from service.store.tables.uploads import Part, Upload
from tests.workers.conftest import Pool
from tests.workers.ingest.sent import NDJSON, arrow, ndjson, points, send, small_parts
from tests.workers.interrupted import interrupted
from tests.workers.loop import deliver
from workers import sweep


def sent(pool: Pool, body: bytes, media_type: str = "") -> str:
    """Post an upload; answer where its run is."""
    response = send(pool, body, media_type) if media_type else send(pool, body)
    assert response.status_code == 202
    return str(response.headers["Location"])


def up_to(pool: Pool, stage: Stage) -> list[tuple[Stage, tuple[Any, ...]]]:
    """Let the workers work until a stage is next, and take its messages."""
    pool.work(until=stage)
    taken = pool.queue.take()
    assert {each for each, _ in taken} == {stage}
    return taken


def later(pool: Pool, happens: Callable[[], object]) -> None:
    """Let something happen when every lease has lapsed."""
    pool.clock.advance(16)
    happens()


def present(pool: Pool) -> list[Item]:
    return [item for item in pool.rows(Item) if item.state != "deleted"]


def assert_counts_are_right(pool: Pool) -> None:
    row, items = pool.row(), present(pool)
    assert row.item_count == len(items)
    reserved = [item for item in items if item.audit_draw < row.audit_threshold]
    assert row.open_count == sum(item.state == "open" for item in items) - sum(
        item.state == "open" for item in reserved
    )


@pytest.mark.parametrize("stage", [Stage.INGEST, Stage.DECODE, Stage.CHECK, Stage.WRITE])
def test_every_stage_may_run_twice(pool: Pool, stage: Stage) -> None:
    small_parts(pool).make(batch={"audit_share": 0.1})
    path = sent(pool, arrow(points(40)))
    messages = up_to(pool, stage)

    for each, ids in messages * 2:
        deliver(pool.runtime, each, *ids)
    pool.work()

    run = pool.api.get(path)
    assert (run["state"], run["registered"], run["unchanged"]) == ("done", 40, 0)
    assert_counts_are_right(pool)
    assert len(pool.order()) == pool.row().open_count


@pytest.mark.parametrize("stage", [Stage.DECODE, Stage.WRITE])
def test_a_part_whose_worker_died_is_taken_over(pool: Pool, stage: Stage) -> None:
    small_parts(pool).make()
    path = sent(pool, arrow(points(40)))
    for each, ids in up_to(pool, stage):
        message = partial(deliver, pool.runtime, each, *ids)
        deliver(interrupted(pool.runtime, partial(later, pool, message)), each, *ids)
    pool.work()

    run = pool.api.get(path)
    assert (run["state"], run["registered"]) == ("done", 40)
    assert_counts_are_right(pool)
    assert sum(shard.rows for shard in pool.rows(Shard)) == 40


@pytest.mark.parametrize("stage", [Stage.INGEST, Stage.DECODE, Stage.CHECK, Stage.WRITE])
def test_lost_messages_are_sent_again(pool: Pool, stage: Stage) -> None:
    small_parts(pool).make()
    path = sent(pool, arrow(points(40)))
    lost = up_to(pool, stage)

    pool.clock.advance(11)
    sweep.sweep(pool.runtime)
    again = list(pool.queue.sent)
    pool.work()

    assert sorted(map(str, again)) == sorted(map(str, lost))
    assert pool.api.get(path)["registered"] == 40


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
    content = [part.content for part in pool.rows(Part) if part.number == 1][0]
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


def test_one_of_two_uploads_waits_until_the_other_has_written(pool: Pool) -> None:
    small_parts(pool).make()
    first, second = sent(pool, arrow(points(40))), sent(pool, arrow(points(50)))
    messages = up_to(pool, Stage.WRITE)

    run_id = messages[0][1][0]
    later = next(path for path in (first, second) if str(run_id) not in path)
    assert pool.api.get(later)["stage"] == "check"
    pool.queue.sent += messages
    pool.work()
    pool.clock.advance(1)
    sweep.sweep(pool.runtime)
    pool.work()

    runs = [pool.api.get(path) for path in (first, second)]
    assert [run["state"] for run in runs] == ["done", "done"]
    assert [(run["registered"], run["unchanged"]) for run in runs] == [(40, 0), (10, 40)]
    assert_counts_are_right(pool)


@pytest.mark.parametrize("stage", [Stage.DECODE, Stage.CHECK, Stage.WRITE])
@pytest.mark.parametrize("is_same", [True, False])
def test_a_request_that_comes_meanwhile_keeps_its_item(
    pool: Pool, stage: Stage, is_same: bool
) -> None:
    small_parts(pool).make()
    matrix = points(40)["vector"]
    path = sent(pool, arrow(points(40)))
    messages = up_to(pool, stage)
    vector = matrix[7].tolist() if is_same else [9.0, 9.0]

    pool.api.add_vectors(pool.path, {"0-7": vector})
    pool.queue.sent = messages + pool.queue.sent
    pool.work()

    run = pool.api.get(path)
    assert run["state"] == ("done" if is_same else "failed"), run
    assert len(present(pool)) == (40 if is_same else 1)
    if is_same:
        assert (run["registered"], run["unchanged"]) == (39, 1)
    else:
        assert "'0-7' is registered with other content" in run["reason"]
    assert_counts_are_right(pool)
    row = pool.row()
    assert row.encoded == row.next_position == sum(shard.rows for shard in pool.rows(Shard))


def test_uploads_of_the_same_file_at_once_register_it_once(pool: Pool) -> None:
    small_parts(pool).make()
    paths = [sent(pool, arrow(points(60))) for _ in range(2)]
    errors: list[BaseException] = []

    def guarded(stage: Stage, ids: tuple[Any, ...]) -> None:
        try:
            deliver(pool.runtime, stage, *ids)
        except BaseException as error:
            errors.append(error)

    for _ in range(40):
        messages = pool.queue.take()
        threads = [threading.Thread(target=guarded, args=message) for message in messages]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        pool.clock.advance(2)
        sweep.sweep(pool.runtime)

    runs = [pool.api.get(path) for path in paths]
    assert not errors
    assert [run["state"] for run in runs] == [RunState.DONE] * 2
    assert sorted((run["registered"], run["unchanged"]) for run in runs) == [(0, 60), (60, 0)]
    assert_counts_are_right(pool)


def test_an_upload_into_a_deleted_project_ends(pool: Pool) -> None:
    small_parts(pool).make()
    sent(pool, ndjson([{"key": "a", "vector": [1, 2]}]), NDJSON)
    etag = pool.api.call("GET", pool.path).headers["ETag"]

    pool.api.call("DELETE", pool.path, headers={"If-Match": etag})
    pool.work()

    assert pool.rows(Item) == []
