"""A version that is clearly worse on audit labels is not put in use, and says why."""

from typing import Any

import pytest

from service.domain.runs import Stage
from service.store.tables.learning import Version
from service.store.tables.pool import Item
from tests.workers.conftest import Pool

ITEMS = 500


def audited(pool: Pool, **settings: Any) -> Pool:
    """A pool with a version in use that is right, and all of its reserve labelled."""
    given = {
        "batch": {"audit_share": 0.5, "coverage_share": 0.0},
        "retrain": {"min_labels": 1000},
        "estimator": "logistic",  # to choose among several takes long, and is not what is judged
    }
    pool.make(**(given | settings)).add(ITEMS)
    pool.work()
    pool.label(*reserve(pool))
    pool.label(*trainable(pool)[:20])
    retrain(pool)
    return pool


def reserve(pool: Pool) -> list[int]:
    """Numbers of the items that are kept out of training."""
    threshold = pool.row().audit_threshold
    return [int(row.key.split("-")[1]) for row in pool.rows(Item) if row.audit_draw < threshold]


def trainable(pool: Pool) -> list[int]:
    """Numbers of the others."""
    return sorted(set(range(ITEMS)) - set(reserve(pool)))


def mislead(pool: Pool, numbers: list[int]) -> None:
    """Label items with the other class than is true."""
    other = {"fine": "defect", "defect": "fine"}
    pool.api.label(pool.path, {f"0-{n}": other[pool.side(f"0-{n}")] for n in numbers})


def retrain(pool: Pool) -> list[Stage]:
    pool.api.post(f"{pool.path}/runs", {}, 202)
    return pool.work()


def version(pool: Pool, number: int) -> Any:
    return pool.api.get(f"{pool.path}/versions/{number}")


def in_use(pool: Pool) -> tuple[int, int]:
    project = pool.api.get(pool.path)
    return project["version"]["number"], project["ranking"]["version"]


def test_a_version_that_is_clearly_worse_is_refused(pool: Pool) -> None:
    audited(pool)
    before = pool.api.get(pool.path)["ranking"]["number"]
    mislead(pool, trainable(pool)[20:120])

    done = retrain(pool)

    run, refused = pool.last_run(), version(pool, 2)
    assert done == [Stage.RETRAIN]
    assert run["state"] == "held"
    assert run["reason"] == f"version 2 was {refused['reason']}"
    words = f"refused: it is clearly worse: of {len(reserve(pool))} audit labels it got "
    assert refused["reason"].startswith(words)
    assert (refused["promoted"], refused["promoted_at"]) == (False, None)
    assert refused["report"]["gate"]["only_in_use"] > 20
    assert in_use(pool) == (1, 1)
    assert pool.api.get(pool.path)["ranking"]["number"] == before


def test_labels_of_a_refused_version_count_as_seen_and_the_ranking_goes_on(pool: Pool) -> None:
    audited(pool)
    numbers = trainable(pool)[20:120]
    mislead(pool, numbers)
    retrain(pool)

    served = {item["key"] for item in pool.api.batch(pool.path, 200)["items"]}

    assert pool.row().events_used == pool.row().label_events
    assert len(served) == 200
    assert served <= {f"0-{n}" for n in trainable(pool)[120:]}


def test_a_version_that_is_not_worse_is_put_in_use(pool: Pool) -> None:
    audited(pool)
    pool.label(*trainable(pool)[20:120])

    retrain(pool)

    passed = version(pool, 2)
    assert (pool.last_run()["state"], passed["reason"]) == ("done", None)
    assert passed["report"]["gate"]["labels"] == len(reserve(pool))
    assert passed["report"]["gate"]["passed"] is True
    assert in_use(pool) == (2, 2)


def test_after_a_refusal_the_next_version_is_judged_against_the_one_in_use(pool: Pool) -> None:
    audited(pool)
    wrong = trainable(pool)[20:120]
    mislead(pool, wrong)
    retrain(pool)

    pool.label(*wrong)
    retrain(pool)

    third = version(pool, 3)
    assert third["report"]["gate"]["passed"] is True
    assert third["report"]["validated_at"] == third["labels"]  # nothing of the refused one stands
    assert in_use(pool) == (3, 3)


def test_fewer_than_fifty_audit_labels_refuse_nothing(pool: Pool) -> None:
    audited(pool)
    of_reserve = pool.api.get(f"{pool.path}/labels?limit=1000")["data"][: len(reserve(pool))]
    for label in of_reserve[49:]:
        pool.api.call("DELETE", f"{pool.path}/labels/{label['id']}")
    mislead(pool, trainable(pool)[20:120])

    retrain(pool)

    assert version(pool, 2)["report"]["gate"] is None
    assert in_use(pool) == (2, 2)


def test_who_fixed_the_parameters_has_decided(pool: Pool) -> None:
    audited(pool, estimator={"name": "logistic", "C": 1.0})
    mislead(pool, trainable(pool)[20:120])

    retrain(pool)

    assert in_use(pool) == (2, 2)


def test_a_refused_version_can_be_pinned_and_rolled_back_from(pool: Pool) -> None:
    audited(pool)
    mislead(pool, trainable(pool)[20:120])
    retrain(pool)

    assert pool.api.call("PUT", f"{pool.path}/versions/2/pin").status_code == 200
    pool.work()
    pinned, reason = in_use(pool), version(pool, 2)["reason"]
    assert pool.api.call("DELETE", f"{pool.path}/versions/2/pin").status_code == 204
    pool.work()

    assert (pinned, reason) == ((2, 2), None)
    assert in_use(pool) == (1, 1)


def test_an_old_version_can_be_gone_back_to_and_newer_ones_stay_out(pool: Pool) -> None:
    audited(pool)
    pool.label(*trainable(pool)[20:60])
    retrain(pool)

    assert pool.api.call("PUT", f"{pool.path}/versions/1/pin").status_code == 200
    pool.work()
    pool.label(*trainable(pool)[60:80])
    retrain(pool)

    assert in_use(pool) == (1, 1)
    assert version(pool, 3)["reason"] == "version 1 is pinned"
    assert pool.last_run()["state"] == "done"


def test_unpinning_does_not_put_in_use_what_the_gate_would_refuse(pool: Pool) -> None:
    audited(pool)
    pool.api.call("PUT", f"{pool.path}/versions/1/pin")
    mislead(pool, trainable(pool)[20:120])
    retrain(pool)
    worse = version(pool, 2)

    assert pool.api.call("DELETE", f"{pool.path}/pin").status_code == 204
    pool.work()

    assert worse["report"]["gate"]["passed"] is False
    assert in_use(pool) == (1, 1)


@pytest.mark.parametrize("estimator", ["logistic", "auto"])
def test_audit_labels_are_never_trained_on(pool: Pool, estimator: str) -> None:
    audited(pool, estimator=estimator)

    assert [row.labels for row in pool.rows(Version)] == [20]
