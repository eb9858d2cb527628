"""What a batch holds: its shares, its order, and that nothing is forgotten."""

from math import sqrt
from typing import Any

import pytest
from sqlalchemy import select

from service.runtime import Runtime
from service.store.tables.pool import Item
from tests.api import Api
from tests.service.rows import PLAIN, keys, project_of, write_ranking


def pool(api: Api, items: int, **more: Any) -> str:
    project = api.make_project(**more)
    for first in range(0, items, 1000):
        numbers = range(first, min(items, first + 1000))
        api.add_vectors(project, {f"i{number}": [number, 1] for number in numbers})
    return project


@pytest.mark.parametrize(("size", "batches"), [(1, 120), (3, 40), (10, 15)])
def test_shares_hold_within_sampling_error_and_places_are_shuffled(
    api: Api, runtime: Runtime, size: int, batches: int
) -> None:
    shares = {"audit": 0.1, "coverage": 0.15}
    mix = {"audit_share": 0.1, "coverage_share": 0.15}
    project = pool(api, 400, batch=mix)
    write_ranking(runtime, project, range(400))

    served = [item for _ in range(batches) for item in api.batch(project, size)["items"]]

    assert len({item["key"] for item in served}) == len(served) == size * batches
    for reason, share in shares.items():
        places = [item["position"] for item in served if item["reason"] == reason]
        spread = sqrt(len(served) * share * (1 - share))
        assert abs(len(places) - share * len(served)) < 4 * spread
        if size > 1:
            middle = (size + 1) / 2
            error = sqrt((size**2 - 1) / 12 / len(places))
            assert abs(sum(places) / len(places) - middle) < 4 * error
            assert len(set(places)) >= min(size, 3)
    chances = {item["probability_of_selection"] for item in served if item["reason"] == "strategy"}
    assert chances == {"deterministic"}


def test_the_reserve_is_served_in_its_hidden_order_and_by_nothing_else(
    api: Api, runtime: Runtime
) -> None:
    project = pool(api, 200, batch={"audit_share": 0.3, "coverage_share": 0.2})
    write_ranking(runtime, project, range(200))
    with runtime.readers() as session:
        row = project_of(session, project)
        order = list(session.execute(select(Item.key, Item.audit_draw).order_by(Item.audit_draw)))
    reserve = [key for key, draw in order if draw < row.audit_threshold]

    batches = [api.batch(project, 10)["items"] for _ in range(8)]

    audit = [item["key"] for each in batches for item in each if item["reason"] == "audit"]
    rest = [item["key"] for each in batches for item in each if item["reason"] != "audit"]
    assert sorted(audit[:24]) == sorted(reserve[:24])
    for number, batch in enumerate(batches):
        three = [item["key"] for item in batch if item["reason"] == "audit"]
        assert set(three) == set(reserve[3 * number : 3 * number + 3])
    assert not set(rest) & set(reserve)
    assert api.get(project)["counts"]["audit"] == len(reserve)
    assert row.audit_threshold == 0.2


def test_when_the_strategy_has_nothing_left_the_reserve_is_served(api: Api) -> None:
    project = pool(api, 40, batch={"audit_share": 0.1, "coverage_share": 0})

    served = api.batch(project, 40)

    assert len(keys(served)) == 40
    assert served["exhausted"] is False
    reasons = [item["reason"] for item in served["items"]]
    assert reasons.count("audit") == api.get(project)["counts"]["audit"]


def test_without_an_audit_share_nothing_is_reserved(api: Api) -> None:
    project = pool(api, 40, batch=PLAIN)

    served = api.batch(project, 40)["items"]

    assert {item["reason"] for item in served} == {"cold_start"}
    assert api.get(project)["counts"]["audit"] == 0


@pytest.mark.parametrize("people", [2, 3])
def test_an_item_goes_to_so_many_people_and_to_nobody_twice(
    api: Api, runtime: Runtime, people: int
) -> None:
    project = pool(api, 6, batch=PLAIN, labels_per_item=people)
    write_ranking(runtime, project, range(6))
    had: dict[str, list[str]] = {f"i{number}": [] for number in range(6)}

    for turn in range(4):
        for name in ("ana", "ben", "cleo", "dan"):
            batch = api.batch(project, 2, name)
            for key in keys(batch):
                had[key].append(name)
            if turn % 2 and keys(batch):
                api.label(project, dict.fromkeys(keys(batch), "fine"), name)

    for names in had.values():
        assert len(set(names)) == len(names) == people


def test_a_skip_hides_an_item_from_who_skipped_and_two_park_it(api: Api, runtime: Runtime) -> None:
    project = pool(api, 3, batch=PLAIN)
    write_ranking(runtime, project, range(3))
    assert keys(api.batch(project, 1, "ana")) == ["i0"]
    api.label(project, {"i0": None}, "ana")

    assert keys(api.batch(project, 1, "ana")) == ["i1"]
    assert keys(api.batch(project, 1, "ben")) == ["i0"]
    api.label(project, {"i0": None}, "ben")
    assert keys(api.batch(project, 2, "cleo")) == ["i2"]
    assert api.get(f"{project}/items/i0")["state"] == "parked"
    api.label(project, {"i0": "fine"}, "ben")
    assert api.get(f"{project}/items/i0")["state"] == "labelled"


def test_the_order_goes_on_in_the_blob_when_its_rows_are_used_up(
    api: Api, runtime: Runtime
) -> None:
    project = pool(api, 60, batch=PLAIN)
    order = list(range(60))[::-1]
    write_ranking(runtime, project, order, stored=7)

    served = [key for size in (5, 5, 50) for key in keys(api.batch(project, size))]

    assert served == [f"i{position}" for position in order]
    assert api.batch(project, 1)["exhausted"] is True


def test_items_that_came_after_the_ranking_are_served_in_the_end(
    api: Api, runtime: Runtime
) -> None:
    project = pool(api, 4, batch=PLAIN)
    write_ranking(runtime, project, range(4))
    api.add_vectors(project, {"late": [9, 9]})
    assert api.call("DELETE", f"{project}/items/i1").status_code == 204

    assert keys(api.batch(project, 3, "ana")) == ["i0", "i2", "i3"]
    assert keys(api.batch(project, 3, "ben")) == ["late"]


def test_the_log_tells_of_every_item_served(api: Api, runtime: Runtime) -> None:
    project = pool(api, 30, batch={"audit_share": 0.2, "coverage_share": 0.2})
    write_ranking(runtime, project, range(30))

    batches = [api.batch(project, 5, name) for name in ("ana", "ben")]

    log = api.get(f"{project}/selections")["data"][::-1]
    told = [(row["batch"], row["position"], row["key"], row["reason"], row["score"]) for row in log]
    assert told == [
        (batch["id"], item["position"], item["key"], item["reason"], item["score"])
        for batch in batches
        for item in batch["items"]
    ]
    assert {row["annotator"] for row in log} == {"ana", "ben"}
    assert {row["ranking"] for row in log} == {2}
