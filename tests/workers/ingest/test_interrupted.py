"""Uploads whose messages are lost or come twice, and whose workers die."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from service.domain.runs import Stage
from service.store.pieces import WRITTEN
from service.store.tables.pool import Item, Shard
from tests.workers.conftest import Pool
from tests.workers.ingest.sent import (
    arrow,
    assert_counts_are_right,
    points,
    sent,
    small_parts,
    up_to,
)
from tests.workers.interrupted import interrupted
from tests.workers.loop import deliver
from workers import sweep
from workers.ingest import write
from workers.stages import Superseded


def later(pool: Pool, happens: Callable[[], object]) -> None:
    """Let something happen when every lease has lapsed."""
    pool.clock.advance(16)
    happens()


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


def test_a_part_whose_worker_died_is_taken_over(pool: Pool) -> None:
    small_parts(pool).make()
    path = sent(pool, arrow(points(40)))
    for each, ids in up_to(pool, Stage.DECODE):
        message = partial(deliver, pool.runtime, each, *ids)
        deliver(interrupted(pool.runtime, partial(later, pool, message)), each, *ids)
    pool.work()

    run = pool.api.get(path)
    assert (run["state"], run["registered"]) == ("done", 40)
    assert_counts_are_right(pool)
    assert sum(shard.rows for shard in pool.rows(Shard)) == 40


@pytest.mark.parametrize("is_over", [True, False])
def test_a_writer_that_was_given_up_writes_nothing(pool: Pool, is_over: bool) -> None:
    small_parts(pool).make()
    path = sent(pool, arrow(points(40)))
    messages = up_to(pool, Stage.WRITE)
    run_id, number = messages[0][1]
    with pool.runtime.sessions.begin() as session:
        now, lease = pool.clock(), timedelta(seconds=15)
        part = WRITTEN.enter(session, run_id, number, now=now, lease=lease)
    assert part is not None
    pool.clock.advance(16)
    if is_over:
        pool.queue.sent += messages
        pool.work()
    else:
        pool.api.call("DELETE", path.removeprefix("/v1"))
    before = len(pool.rows(Item))

    if is_over:
        assert write.run_part(pool.runtime, part) == []
    else:
        with pytest.raises(Superseded):
            write.run_part(pool.runtime, part)

    assert len(pool.rows(Item)) == before == (40 if is_over else 0)
    assert_counts_are_right(pool)


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
