"""After a run that failed: what came while it tried is not forgotten."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from service.domain.runs import Stage
from service.store.tables.learning import Run
from tests.workers.conftest import Pool
from tests.workers.interrupted import interrupted
from tests.workers.loop import deliver
from workers import sweep


@pytest.fixture
def failing(pool: Pool) -> tuple[Pool, UUID]:
    """A cycle that is about to fail for the last time, after it has looked at ten labels."""
    pool.make(retrain={"min_labels": 10, "share": 0, "max_wait_seconds": 30}).add(40)
    pool.work()
    pool.label(*range(10))
    ((_, (run_id,)),) = pool.queue.take()
    for _ in range(pool.runtime.settings.run_attempts - 1):
        fail(pool, run_id)
        pool.clock.advance(20)
    return pool, run_id


def break_down() -> None:
    """Fail when the version is fitted and about to be saved."""
    raise ZeroDivisionError


def fail(pool: Pool, run_id: UUID, breaks: Callable[[], None] = break_down) -> None:
    """Deliver a message of a stage that will fail."""
    deliver(interrupted(pool.runtime, breaks), Stage.RETRAIN, run_id)


def test_the_pauses_between_attempts_grow_and_the_sweep_keeps_to_them(pool: Pool) -> None:
    pool.make(retrain={"min_labels": 10}).add(20)
    pool.work()
    pool.label(*range(10))
    ((_, (run_id,)),) = pool.queue.take()
    pauses = []

    for _ in range(pool.runtime.settings.run_attempts - 1):
        fail(pool, run_id)
        (row,) = (row for row in pool.rows(Run) if row.id == run_id)
        pauses.append((row.wake_at - pool.clock()).total_seconds())
        pool.clock.at = row.wake_at - timedelta(milliseconds=1)
        sweep.sweep(pool.runtime)
        assert pool.queue.take() == []
        pool.clock.at = row.wake_at
        pool.clock.advance(1)
        sweep.sweep(pool.runtime)
        assert pool.queue.take() == [(Stage.RETRAIN, (run_id,))]

    assert [0.5 * 2**n <= pause <= 2**n for n, pause in enumerate(pauses)] == [True] * len(pauses)


def test_labels_that_came_while_a_run_failed_are_used_after_their_wait(
    failing: tuple[Pool, UUID],
) -> None:
    pool, run_id = failing

    def label_then_break_down() -> None:
        assert pool.label(20, 21, 22)["run"] is None
        break_down()

    fail(pool, run_id, label_then_break_down)
    assert pool.last_run()["state"] == "failed"
    sweep.sweep(pool.runtime)
    assert pool.queue.take() == []
    pool.clock.advance(31)
    sweep.sweep(pool.runtime)

    assert [stage for stage, _ in pool.queue.sent] == [Stage.RETRAIN]
    pool.work()
    assert pool.api.get(pool.path)["version"]["labels"] == 13


def test_a_run_that_fails_on_its_labels_does_not_come_back_by_itself(
    failing: tuple[Pool, UUID],
) -> None:
    pool, run_id = failing

    fail(pool, run_id)
    pool.clock.advance(3600)
    sweep.sweep(pool.runtime)

    assert pool.last_run()["id"] == str(run_id)
    assert pool.queue.take() == []
    assert pool.label(20)["run"]["state"] == "queued"


def test_items_that_came_while_a_run_failed_are_ranked(failing: tuple[Pool, UUID]) -> None:
    pool, run_id = failing
    pool.add(5, seed=1)
    pool.work()

    fail(pool, run_id)

    assert [stage for stage, _ in pool.queue.sent] == [Stage.RANK]
    pool.work()
    assert len(pool.order()) == 35
