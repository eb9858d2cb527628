"""One look finds what all who ask want, whatever other processes have taken of the orders."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from service.app import create_app
from service.heads import Heads
from service.runtime import Runtime
from service.store import coverings, looks
from service.store.tables.pool import Item
from tests.api import Api
from tests.fakes import FrozenClock
from tests.service.rows import PLAIN, keys, project_of, write_ranking
from tests.service.statements import statements

MIXED = {"audit_share": 0.2, "coverage_share": 0.2}


@pytest.fixture
def other(runtime: Runtime, api: Api) -> Api:
    """The API in another process: the same database, a memory of its own."""
    return Api(create_app(replace(runtime, heads=Heads())).test_client(), api.key)


def ranked(api: Api, runtime: Runtime, items: int, **more: Any) -> str:
    project = api.make_project(**{"retrain": {"min_labels": 1_000_000}} | more)
    api.add_vectors(project, {f"i{number}": [number, 1] for number in range(items)})
    with runtime.readers() as session:
        row = project_of(session, project)
        offered = Item.project_id == row.id, Item.audit_draw >= row.audit_threshold
        order = list(session.scalars(select(Item.position).where(*offered).order_by(Item.position)))
    write_ranking(runtime, project, order)
    with runtime.sessions.begin() as session:
        row = project_of(session, project)
        assert row.ranking_id is not None
        coverings.add(session, row.ranking_id, [(at, 0, 0.1) for at in order[::-1]])
    return project


def reserve_of(runtime: Runtime, project: str) -> list[str]:
    """Keys of the audit reserve in its order."""
    with runtime.readers() as session:
        row = project_of(session, project)
        reserved = Item.project_id == row.id, Item.audit_draw < row.audit_threshold
        return list(session.scalars(select(Item.key).where(*reserved).order_by(Item.audit_draw)))


def of_reason(batch: Any, reason: str) -> list[str]:
    """Keys of a batch's items that are served for a reason."""
    return [item["key"] for item in batch["items"] if item["reason"] == reason]


def test_processes_that_take_turns_each_find_all_in_one_look(
    api: Api, other: Api, runtime: Runtime
) -> None:
    project = ranked(api, runtime, 400, batch=MIXED)
    reserve = reserve_of(runtime, project)
    batches = [each.batch(project, 10, "zoe") for each in (api, other)]

    for number in range(6):
        with statements(runtime) as seen:
            batches.append((api, other)[number % 2].batch(project, 10, f"p{number}"))
        looks = [each for each in seen if " item" in each and "lease" in each]
        assert len(looks) == 1, looks

    served = [item["key"] for batch in batches for item in batch["items"]]
    assert len(set(served)) == len(served) == 80
    for number, batch in enumerate(batches):
        audit = of_reason(batch, "audit")
        assert set(audit) == set(reserve[2 * number : 2 * number + 2])
        assert len(of_reason(batch, "coverage")) == 2


def test_what_the_reserve_gets_and_gets_back_comes_next(
    api: Api, other: Api, runtime: Runtime, clock: FrozenClock
) -> None:
    project = ranked(api, runtime, 200, batch={"audit_share": 0.5, "coverage_share": 0})
    reserve = reserve_of(runtime, project)
    assert of_reason(api.batch(project, 2, "ana"), "audit") == [reserve[0]]
    assert of_reason(other.batch(project, 2, "ben"), "audit") == [reserve[1]]

    api.label(project, {reserve[0]: None}, "ana")

    assert of_reason(api.batch(project, 2, "cleo"), "audit") == [reserve[0]]
    api.label(project, {reserve[0]: None}, "cleo")
    api.label(project, {reserve[1]: None}, "ben")
    assert of_reason(other.batch(project, 2, "dan"), "audit") == [reserve[2]]
    clock.advance(1)
    assert of_reason(other.batch(project, 2, "eve"), "audit") == [reserve[1]]
    api.add_vectors(project, {"late": [1, 1]})
    with runtime.sessions.begin() as session:
        row = project_of(session, project)
        late = Item.project_id == row.id, Item.key == "late"
        session.execute(update(Item).where(*late).values(audit_draw=0.0))
    assert of_reason(api.batch(project, 2, "fay"), "audit") == ["late"]


def test_a_reserved_item_whose_label_is_retracted_comes_back_everywhere_at_once(
    api: Api, other: Api, runtime: Runtime
) -> None:
    project = ranked(api, runtime, 200, batch={"audit_share": 0.5, "coverage_share": 0})
    first, *_ = reserve_of(runtime, project)
    api.label(project, {first: "fine"})
    assert of_reason(other.batch(project, 2, "ben"), "audit") != [first]
    (label,) = api.get(f"{project}/labels")["data"]

    assert api.call("DELETE", f"{project}/labels/{label['id']}").status_code == 204

    assert of_reason(other.batch(project, 2, "cleo"), "audit") == [first]


def test_who_skipped_what_comes_first_gets_what_comes_next(api: Api, runtime: Runtime) -> None:
    project = ranked(api, runtime, 40, batch=PLAIN)
    api.label(project, {"i0": None, "i1": None}, "ana")

    assert keys(api.batch(project, 3, "ana")) == ["i2", "i3", "i4"]
    assert keys(api.batch(project, 3, "ben")) == ["i0", "i1", "i5"]


def test_a_long_stretch_of_what_others_took_is_passed(
    api: Api, other: Api, runtime: Runtime
) -> None:
    project = ranked(api, runtime, 300, batch=PLAIN)
    assert len(keys(other.batch(project, 200, "ben"))) == 200

    assert keys(api.batch(project, 3, "ana")) == ["i200", "i201", "i202"]


def test_what_is_given_back_meanwhile_has_nothing_served_twice(
    api: Api, other: Api, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = ranked(api, runtime, 100, batch=PLAIN)
    assert len(keys(other.batch(project, 13, "ben"))) == 13
    with runtime.readers() as session:
        project_id = project_of(session, project).id
    look = looks.first_free

    def interrupted(*given: Any) -> Any:
        found = look(*given)
        runtime.heads.look_again(project_id)  # as a thread does that gives a batch back
        return found

    monkeypatch.setattr(looks, "first_free", interrupted)

    assert keys(api.batch(project, 5, "ana")) == ["i13", "i14", "i15", "i16", "i17"]
