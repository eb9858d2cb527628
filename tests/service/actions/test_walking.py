"""Going down a ranking: what comes back comes back, in this process and in others, and cheaply."""

import re
from dataclasses import replace
from typing import Any

import pytest

from service.app import create_app
from service.domain.catalogue import Asked
from service.heads import Heads
from service.runtime import Runtime
from service.store import rechecks, spots
from service.store.tables.reports import Spot
from tests.api import Api
from tests.fakes import FrozenClock
from tests.service.rows import PLAIN, keys, project_of, write_ranking
from tests.service.statements import statements

MIXED = {"audit_share": 0.1, "coverage_share": 0.1}


@pytest.fixture
def other(runtime: Runtime, api: Api) -> Api:
    """The API in another process: the same database, a memory of its own."""
    return Api(create_app(replace(runtime, heads=Heads())).test_client(), api.key)


def ranked(api: Api, runtime: Runtime, items: int, **more: Any) -> str:
    project = api.make_project(**{"batch": PLAIN} | more)
    for first in range(0, items, 1000):
        numbers = range(first, min(items, first + 1000))
        api.add_vectors(project, {f"i{number}": [number, 1] for number in numbers})
    write_ranking(runtime, project, range(items))
    return project


def give_back(api: Api, project: str, batch: Any) -> None:
    token = {"Lease-Token": batch["lease"]["token"]}
    path = f"{project}/batches/{batch['id']}"
    assert api.call("DELETE", path, headers=token).status_code == 204


def test_processes_do_not_serve_what_another_has_served(
    api: Api, other: Api, runtime: Runtime
) -> None:
    project = ranked(api, runtime, 10)

    turns = [(api, "ana"), (other, "ben"), (api, "cleo"), (other, "dan"), (api, "eve")]
    served = [keys(each.batch(project, 2, name)) for each, name in turns]

    assert served == [[f"i{n}", f"i{n + 1}"] for n in range(0, 10, 2)]


def test_what_is_given_back_comes_back_here_at_once_and_elsewhere_within_a_second(
    api: Api, other: Api, runtime: Runtime, clock: FrozenClock
) -> None:
    project = ranked(api, runtime, 20)
    first = api.batch(project, 2, "ana")
    assert keys(other.batch(project, 2, "ben")) == ["i2", "i3"]
    assert keys(api.batch(project, 2, "cleo")) == ["i4", "i5"]

    give_back(api, project, first)

    assert keys(other.batch(project, 1, "dan")) == ["i6"]
    assert keys(api.batch(project, 1, "eve")) == ["i0"]
    clock.advance(1)
    assert keys(other.batch(project, 2, "fay")) == ["i1", "i7"]


def test_a_retracted_label_brings_its_item_back_everywhere_at_once(
    api: Api, other: Api, runtime: Runtime, clock: FrozenClock
) -> None:
    project = ranked(api, runtime, 20)
    api.label(project, dict.fromkeys(keys(api.batch(project, 2)), "fine"))
    assert keys(other.batch(project, 2, "ben")) == ["i2", "i3"]
    clock.advance(2)  # by now each knows that the first two need no more
    assert keys(api.batch(project, 1, "cleo")) == ["i4"]
    assert keys(other.batch(project, 1, "dan")) == ["i5"]
    label = api.get(f"{project}/labels")["data"][1]

    assert api.call("DELETE", f"{project}/labels/{label['id']}").status_code == 204

    assert keys(other.batch(project, 1, "eve")) == [label["key"]]
    assert keys(api.batch(project, 1, "fay")) == ["i6"]


def test_before_a_pool_is_called_exhausted_it_is_looked_at_again(
    api: Api, other: Api, runtime: Runtime
) -> None:
    project = ranked(api, runtime, 4)
    first = api.batch(project, 2, "ana")
    assert keys(other.batch(project, 2, "ben")) == ["i2", "i3"]
    assert other.batch(project, 2, "cleo")["exhausted"] is True

    give_back(api, project, first)

    again = other.batch(project, 2, "dan")
    assert (keys(again), again["exhausted"]) == (["i0", "i1"], False)


def test_a_hand_out_and_a_post_of_labels_are_few_statements_however_much_is_used_up(
    api: Api, runtime: Runtime, clock: FrozenClock
) -> None:
    project = ranked(api, runtime, 3_000, batch=MIXED, retrain={"min_labels": 1_000_000})
    for _ in range(6):
        api.label(project, dict.fromkeys(keys(api.batch(project, 200)), "fine"))
    api.batch(project, 10)

    with statements(runtime) as handing_out:
        batch = api.batch(project, 10, explain=False)
    with statements(runtime) as labelling:
        api.label(project, dict.fromkeys(keys(batch), "fine"))

    assert len(keys(batch)) == 10
    said = [each for each in handing_out if not each.startswith(("BEGIN", "PRAGMA"))]
    assert len(said) <= 12, said
    said = [each for each in labelling if not each.startswith(("BEGIN", "PRAGMA"))]
    assert len(said) <= 9, said


# Tables that hold a row for each item or more.
LARGE = "item|label|lease|selection|ranked|covered"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_statement_of_a_hand_out_or_a_post_of_labels_reads_a_whole_table(
    api: Api, runtime: Runtime
) -> None:
    project = ranked(api, runtime, 300, batch=MIXED, retrain={"min_labels": 1_000_000})

    with statements(runtime) as seen:
        batch = api.batch(project, 10, explain=False)
        api.label(project, dict.fromkeys(keys(batch), "fine"))

    assert_nothing_whole_is_read(runtime, seen)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_statement_that_asks_again_or_checks_a_prediction_reads_a_whole_table(
    api: Api, runtime: Runtime
) -> None:
    project = ranked(api, runtime, 300, labels_per_item=3, retrain={"min_labels": 1_000_000})
    api.label(project, dict.fromkeys([f"i{n}" for n in range(40)], "fine"), "ben")
    with runtime.sessions.begin() as session:
        row = project_of(session, project)
        assert row.ranking_id is not None
        for asked in Asked:
            rechecks.add(session, row.ranking_id, asked, [(at, 0.1, None) for at in range(40)])
        spot = {"is_suspect": False, "confidence": 0.9, "probability": 0.1}
        some = [Spot(project_id=row.id, place=n, position=99 + n, **spot) for n in range(1, 9)]
        spots.replace(session, row.id, some)

    with statements(runtime) as seen:
        batch = api.batch(project, 20)
        checked = api.post(f"{project}/spot-checks", {"size": 5, "annotator": "ana"}, 201)

    assert [item["reason"] for item in batch["items"]].count("relabel") == 6
    assert len(keys(checked)) == 5
    assert_nothing_whole_is_read(runtime, seen)


def assert_nothing_whole_is_read(runtime: Runtime, seen: list[str]) -> None:
    """SQLite would find the rows of each statement by an index, on more than the project."""
    whole = re.compile(rf"(SCAN ({LARGE})\b.*|SEARCH ({LARGE})\b.* \(project_id=\?\))$")
    asked = [each for each in seen if each.lstrip("( ").startswith(("SELECT", "UPDATE", "DELETE"))]
    assert any(" item" in each for each in asked)
    with runtime.sessions() as session:
        for each in asked:
            plan = session.connection().exec_driver_sql(
                f"EXPLAIN QUERY PLAN {each}", (None,) * each.count("?")
            )
            assert not [row[-1] for row in plan if whole.match(row[-1])], each
