"""Simulations: labels are frozen, all replays are compared, and what was needed for it goes."""

import pytest

from service.domain.runs import Stage
from service.store import retention
from service.store.tables.simulations import Replay, Simulation
from tests.workers.conftest import Pool
from tests.workers.simulating import answer, ask, begin, curves, label_sixty
from workers import sweep

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def labelled(pool: Pool) -> Pool:
    """A pool of sixty points, all labelled."""
    return label_sixty(pool)


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
    label_sixty(pool, batch={"audit_share": 0.1})
    run_id = ask(pool)

    pool.work()

    (kept,) = pool.rows(Simulation)
    assert answer(pool, run_id)["result"]["items"] == 60
    assert 0 < kept.origin["reserved"] < 60


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
    labelled.add(1, seed=1)  # so that what is frozen is no shard of the pool
    labelled.work()
    run_id = begin(labelled)
    messages = labelled.queue.take()
    (kept,) = labelled.rows(Simulation)
    digests = {kept.features, kept.labels}

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
