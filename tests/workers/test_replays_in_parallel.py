"""Replays beside one another: each counts once, whatever dies, repeats or is cancelled."""

import pytest
from sqlalchemy import update

from service.domain.runs import Stage
from service.store import cycles
from service.store.tables.simulations import Replay
from tests.workers.conftest import Pool
from tests.workers.interrupted import interrupted
from tests.workers.loop import deliver
from tests.workers.simulating import answer, ask, begin, curves, label_sixty, run_of, work_on
from workers import sweep
from workers.simulate import UNDER_WAY

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def labelled(pool: Pool) -> Pool:
    """A pool of sixty points, all labelled."""
    return label_sixty(pool)


def test_a_replay_whose_worker_died_is_taken_over_and_counts_once(labelled: Pool) -> None:
    run_id = begin(labelled)
    first, *others = labelled.queue.take()

    def another_takes_over() -> None:
        labelled.clock.advance(16)
        sweep.sweep(labelled.runtime)
        assert first in labelled.queue.take()
        work_on(labelled, first)

    stage, ids = first
    deliver(interrupted(labelled.runtime, another_takes_over), stage, *ids)

    assert run_of(labelled, run_id).shards_left == 3
    assert [curve is not None for curve in curves(labelled)] == [True, False, False, False]
    labelled.queue.sent = others
    labelled.work()
    assert answer(labelled, run_id)["state"] == "done"
    assert run_of(labelled, run_id).shards_left == 0


@SQLITE
def test_a_message_that_comes_twice_changes_nothing(labelled: Pool) -> None:
    run_id = begin(labelled)
    messages = labelled.queue.take()

    deliver(labelled.runtime, Stage.SIMULATE, run_id)
    again = labelled.queue.take()
    labelled.queue.sent = messages + messages
    labelled.work()

    assert again == []
    assert [row.attempts for row in labelled.rows(Replay)] == [1, 1, 1, 1]
    assert answer(labelled, run_id)["state"] == "done"


@SQLITE
def test_a_replay_ends_with_the_run_that_was_cancelled(labelled: Pool) -> None:
    run_id = begin(labelled)
    first, *others = labelled.queue.take()

    def cancel() -> None:
        path = f"{labelled.path}/runs/{run_id}"
        assert labelled.api.call("DELETE", path).status_code == 204

    stage, ids = first
    deliver(interrupted(labelled.runtime, cancel), stage, *ids)
    labelled.queue.sent = others
    labelled.work()

    found = answer(labelled, run_id)
    assert (found["state"], found["result"]) == ("cancelled", None)
    assert curves(labelled) == [None] * 4
    assert ask(labelled) != run_id


@SQLITE
def test_few_are_under_way_at_a_time_and_each_that_ends_sends_another(labelled: Pool) -> None:
    run_id = begin(labelled, seeds=20, labels=5)
    first, *others = labelled.queue.take()

    work_on(labelled, first)
    ((_, (_, another)),) = labelled.queue.take()

    assert (len(others), another) == (UNDER_WAY - 1, UNDER_WAY)
    assert answer(labelled, run_id)["progress"] == 0.025
    labelled.clock.advance(61)
    sweep.sweep(labelled.runtime)
    assert sorted(ids[1] for _, ids in labelled.queue.take()) == list(range(1, UNDER_WAY + 1))


@SQLITE
def test_a_cycle_goes_on_beside_a_simulation(labelled: Pool) -> None:
    run_id = begin(labelled)
    messages = labelled.queue.take()

    with labelled.runtime.sessions.begin() as session:
        cycle = cycles.queue_cycle(session, labelled.row(), Stage.RETRAIN, at=labelled.clock())
    assert cycle is not None
    labelled.queue.start(Stage.RETRAIN, cycle.id)
    labelled.work()

    assert run_of(labelled, cycle.id).state == "done"
    assert answer(labelled, run_id)["state"] == "running"
    labelled.queue.sent = messages
    labelled.work()
    assert answer(labelled, run_id)["state"] == "done"


@SQLITE
def test_what_cannot_be_replayed_fails_the_run_with_its_reason(labelled: Pool) -> None:
    run_id = begin(labelled)
    with labelled.runtime.sessions.begin() as session:
        session.execute(update(Replay).where(Replay.number == 0).values(strategy="gone"))

    labelled.work()

    found = answer(labelled, run_id)
    assert found["state"] == "failed"
    assert found["reason"] == "gone cannot be replayed under seed 0: 'gone' is not a valid Strategy"
