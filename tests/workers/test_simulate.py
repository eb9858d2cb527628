"""Simulations: labels are frozen, each replay counts once, and the last one compares them."""

from typing import Any
from uuid import UUID

import pytest

from service.domain.runs import Stage
from service.store import cycles, retention
from service.store.tables.learning import Run
from service.store.tables.simulations import Replay, Simulation
from tests.workers.conftest import Pool
from tests.workers.interrupted import interrupted
from tests.workers.loop import deliver
from workers import sweep
from workers.simulate import UNDER_WAY

ASKED = {"strategies": ["margin"], "seeds": 2, "batch_size": 5, "labels": 10, "test_share": 0.5}
PATIENT = {"min_labels": 100, "max_wait_seconds": 604_800}
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def labelled(pool: Pool) -> Pool:
    """A pool of sixty points, all labelled."""
    pool.make(retrain=PATIENT).add(60)
    pool.work()
    pool.label(*range(60))
    return pool


def ask(pool: Pool, **more: Any) -> UUID:
    """Ask for a simulation; answer its id."""
    return UUID(pool.api.post(f"{pool.path}/simulations", ASKED | more, 202)["id"])


def answer(pool: Pool, run_id: UUID) -> Any:
    """A simulation as the API shows it."""
    return pool.api.get(f"{pool.path}/simulations/{run_id}")


def begin(pool: Pool, **more: Any) -> UUID:
    """Ask for a simulation, and let it be fanned out."""
    run_id = ask(pool, **more)
    ((stage, ids),) = pool.queue.take()
    deliver(pool.runtime, stage, *ids)
    return run_id


def run_of(pool: Pool, run_id: UUID) -> Run:
    """A run's row."""
    found: Run = next(row for row in pool.rows(Run) if row.id == run_id)
    return found


def curves(pool: Pool) -> list[Any]:
    """What each replay has found, by its number."""
    return [row.curve for row in sorted(pool.rows(Replay), key=lambda row: row.number)]


def test_all_replays_are_compared_at_the_end(labelled: Pool) -> None:
    run_id = ask(labelled)

    done = labelled.work()

    found = answer(labelled, run_id)
    assert done == [Stage.SIMULATE] * 5
    assert (found["state"], found["progress"], found["reason"]) == ("done", 1.0, None)
    result = found["result"]
    assert (result["items"], result["judged"]) == (60, 30)
    assert "60 labelled items of 60" in result["detail"]
    margin, random = result["strategies"]
    assert [each["strategy"] for each in (margin, random)] == ["margin", "random"]
    for arm in (margin, random):
        assert [point["labels"] for point in arm["curve"]] == [0, 5, 10]
        assert arm["curve"][-1]["accuracy"] > 0.7 > arm["curve"][0]["accuracy"]
        assert [each["share"] for each in arm["labels_to_reach"]] == [0.9, 0.95, 0.99]
    assert [each["share"] for each in margin["labels_saved"]] == [0.9, 0.95, 0.99]
    assert all(each["detail"] for each in margin["labels_saved"])
    assert margin["area_over_random"]["low"] <= margin["area_over_random"]["mean"]
    assert (random["labels_saved"], random["area_over_random"]) == ([], None)


@SQLITE
def test_given_targets_are_those_of_the_answer(labelled: Pool) -> None:
    run_id = ask(labelled, targets=[0.7, 1.0])

    labelled.work()

    arm = answer(labelled, run_id)["result"]["strategies"][0]
    targets = [(each["accuracy"], each["share"]) for each in arm["labels_saved"]]
    assert targets == [(0.7, None), (1.0, None)]


@SQLITE
def test_labels_that_come_later_change_nothing(labelled: Pool) -> None:
    labelled.add(20, seed=1)
    labelled.work()
    run_id = begin(labelled)
    labelled.label(*range(20), seed=1)
    labelled.api.call("DELETE", f"{labelled.path}/items/0-0")

    labelled.work()
    sixty = curves(labelled)
    later = answer(labelled, run_id)

    assert later["result"]["items"] == 60
    assert "Items that were labelled because a strategy asked" in later["result"]["detail"]
    ask(labelled)
    labelled.work()
    assert curves(labelled)[4:] != sixty


@SQLITE
def test_the_audit_reserve_is_replayed_too(pool: Pool) -> None:
    pool.make(retrain=PATIENT, batch={"audit_share": 0.1}).add(60)
    pool.work()
    pool.label(*range(60))
    run_id = ask(pool)

    pool.work()

    (kept,) = pool.rows(Simulation)
    assert answer(pool, run_id)["result"]["items"] == 60
    assert 0 < kept.origin["reserved"] < 60


def test_a_replay_whose_worker_died_is_taken_over_and_counts_once(labelled: Pool) -> None:
    run_id = begin(labelled)
    first, *others = labelled.queue.take()

    def another_takes_over() -> None:
        labelled.clock.advance(16)
        sweep.sweep(labelled.runtime)
        assert first in labelled.queue.take()
        deliver(labelled.runtime, *_flat(first))

    deliver(interrupted(labelled.runtime, another_takes_over), *_flat(first))

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

    deliver(interrupted(labelled.runtime, cancel), *_flat(first))
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

    deliver(labelled.runtime, *_flat(first))
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
def test_labels_that_are_gone_when_it_begins_hold_it_back(labelled: Pool) -> None:
    run_id = ask(labelled)
    for number in range(30):
        labelled.api.call("DELETE", f"{labelled.path}/items/0-{number}")

    labelled.work(until=Stage.RANK)

    found = answer(labelled, run_id)
    assert found["state"] == "held"
    assert "40 labelled items are needed" in found["reason"]


@SQLITE
def test_what_is_frozen_is_kept_as_long_as_it_is_needed(labelled: Pool) -> None:
    run_id = begin(labelled)
    messages = labelled.queue.take()
    (kept,) = labelled.rows(Simulation)
    digests = {kept.features, kept.labels, kept.moments}

    with labelled.runtime.readers() as session:
        needed = digests & retention.referenced_blobs(session)
    labelled.queue.sent = messages
    labelled.work()
    with labelled.runtime.readers() as session:
        still_needed = digests & retention.referenced_blobs(session)
    labelled.clock.advance(3_600)
    sweep.prune(labelled.runtime, labelled.clock())

    assert (needed, still_needed) == (digests, set())
    assert labelled.rows(Replay) == []
    assert answer(labelled, run_id)["result"] is not None


def _flat(message: tuple[Stage, tuple[Any, ...]]) -> tuple[Any, ...]:
    stage, ids = message
    return stage, *ids
