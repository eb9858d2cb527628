"""Uploads that meet other uploads, or requests, with the same items."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from service.actions import registration
from service.domain.contents import NewItem
from service.domain.runs import RunState, Stage
from service.store import projects
from service.store.tables.pool import Shard
from tests.workers.conftest import Pool
from tests.workers.ingest.sent import (
    arrow,
    assert_counts_are_right,
    points,
    present,
    sent,
    small_parts,
    up_to,
)
from tests.workers.loop import deliver
from workers import sweep


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


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_writer_does_not_wait_for_who_may_wait_for_it(pool: Pool) -> None:
    small_parts(pool).make()
    path = sent(pool, arrow(points(10)))
    [(stage, ids)] = up_to(pool, Stage.WRITE)
    writer = threading.Thread(target=deliver, args=(pool.runtime, stage, *ids))

    with pool.runtime.sessions.begin() as session:
        row = projects.find_live(session, pool.row().id, lock=True)
        assert row is not None
        writer.start()
        time.sleep(0.5)  # it has written its rows by now, and looks for the lock
        new = [NewItem(key="0-3", text=None, vector=bytes(8), metadata=None, group=None)]
        registration.add(session, row, new, at=pool.clock())  # waits until the writer lets go
    writer.join()
    pool.work()

    run = pool.api.get(path)
    assert run["state"] == "failed"
    assert "'0-3' is registered with other content" in run["reason"]
    assert [item.key for item in present(pool)] == ["0-3"]


def test_uploads_of_the_same_file_at_once_register_it_once(pool: Pool) -> None:
    small_parts(pool).make()
    paths = [sent(pool, arrow(points(60))) for _ in range(2)]
    with ThreadPoolExecutor(8) as threads:
        for _ in range(20):
            works = [
                threads.submit(deliver, pool.runtime, stage, *ids)
                for stage, ids in pool.queue.take()
            ]
            for work in works:
                work.result()
            pool.clock.advance(2)
            sweep.sweep(pool.runtime)

    runs = [pool.api.get(path) for path in paths]
    assert [run["state"] for run in runs] == [RunState.DONE] * 2
    assert sorted((run["registered"], run["unchanged"]) for run in runs) == [(0, 60), (60, 0)]
    assert_counts_are_right(pool)
