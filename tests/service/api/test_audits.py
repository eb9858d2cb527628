"""The audit reserve over HTTP: begun late, served blind, released in one step."""

from uuid import UUID

from sqlalchemy import select

from service.runtime import Runtime
from service.store import training
from service.store.tables.pool import Item
from tests.api import Api
from tests.service.rows import project_of, ranked, write_predictions, write_version

ITEMS = 100
LATER = {"batch": {"audit_share": 0.2}}


def begin(api: Api, project: str) -> None:
    response = api.call("PATCH", project, json=LATER, headers={"If-Match": "*"})
    assert response.status_code == 200, response.get_data(as_text=True)


def reserved(runtime: Runtime, project: str) -> set[str]:
    """Keys of the items that are set aside."""
    with runtime.readers() as session:
        row = project_of(session, project)
        query = select(Item.key).where(
            Item.project_id == row.id, Item.audit_draw < row.audit_threshold
        )
        return set(session.scalars(query))


def trained(runtime: Runtime, project: str) -> set[int]:
    with runtime.readers() as session:
        row = project_of(session, project)
        return {position for position, *_ in training.rows(session, row)}


def test_a_project_with_labels_can_begin_an_audit_of_the_other_items(
    api: Api, runtime: Runtime
) -> None:
    project = ranked(api, runtime, ITEMS)
    api.label(project, {f"i{n}": "fine" for n in range(40)})
    api.label(project, {"i40": None})

    begin(api, project)

    aside = reserved(runtime, project)
    counts = api.get(project)["counts"]
    assert aside
    assert not aside & {f"i{n}" for n in range(41)}
    assert counts["audit"] == len(aside)
    assert trained(runtime, project) == set(range(40))
    with runtime.readers() as session:
        row = project_of(session, project)
        assert row.audit_threshold == 0.2
        assert row.audit_excluded == 41
        assert row.open_count == ITEMS - 40 - len(aside)


def test_the_strategy_does_not_offer_what_is_set_aside(api: Api, runtime: Runtime) -> None:
    project = ranked(api, runtime, ITEMS)
    api.label(project, {f"i{n}": "fine" for n in range(20)})
    begin(api, project)

    served = api.batch(project, 50)["items"]

    by_reason = {
        reason: {i["key"] for i in served if i["reason"] == reason}
        for reason in {item["reason"] for item in served}
    }
    assert set(by_reason) == {"audit", "strategy"}
    assert by_reason["audit"] == {
        key for key in reserved(runtime, project) if key in by_reason["audit"]
    }
    assert not by_reason["strategy"] & reserved(runtime, project)


def test_beginning_again_changes_nothing(api: Api, runtime: Runtime) -> None:
    project = ranked(api, runtime, ITEMS)
    begin(api, project)
    before = reserved(runtime, project)
    api.label(project, dict.fromkeys(before, "fine"))

    begin(api, project)

    assert reserved(runtime, project) == before


def test_what_is_released_is_trained_on_and_offered_by_the_strategy(
    api: Api, runtime: Runtime
) -> None:
    project = ranked(api, runtime, ITEMS)
    begin(api, project)
    aside = sorted(reserved(runtime, project))
    api.label(project, dict.fromkeys(aside[:5], "fine"))
    before = trained(runtime, project)

    released = api.post(f"{project}/audit/release", {}, 202)

    assert (released["items"], released["labelled"]) == (len(aside), 5)
    assert UUID(released["run"]["id"])
    assert before == set()
    assert len(trained(runtime, project)) == 5
    shown = api.get(project)
    assert (shown["counts"]["audit"], shown["batch"]["audit_share"]) == (0, 0.0)
    with runtime.readers() as session:
        assert project_of(session, project).open_count == ITEMS - 5
    served = {item["key"] for item in api.batch(project, ITEMS)["items"]}
    assert set(aside[5:]) <= served


def test_nothing_can_be_released_twice(api: Api, runtime: Runtime) -> None:
    project = ranked(api, runtime, ITEMS)
    begin(api, project)
    api.post(f"{project}/audit/release", {}, 202)

    again = api.call("POST", f"{project}/audit/release", json={})

    assert again.status_code == 409


def test_an_audit_after_a_release_leaves_out_what_was_labelled(api: Api, runtime: Runtime) -> None:
    project = ranked(api, runtime, ITEMS)
    begin(api, project)
    api.label(project, dict.fromkeys(reserved(runtime, project), "fine"))
    first = reserved(runtime, project)
    api.post(f"{project}/audit/release", {}, 202)

    begin(api, project)

    assert not reserved(runtime, project) & first
    assert trained(runtime, project) == {int(key[1:]) for key in first}


def test_audit_items_are_shown_without_their_prediction(api: Api, runtime: Runtime) -> None:
    project = api.make_project(batch={"audit_share": 0.5, "coverage_share": 0})
    api.add_vectors(project, {f"i{n}": [n, 1] for n in range(60)})
    version = write_version(runtime, project)
    write_predictions(runtime, project, [(1, [0.25, 0.75])] * 60, version=version)

    served = api.batch(project, 12)["items"]

    shown = {item["reason"]: item["prediction"] for item in served}
    assert shown["audit"] is None
    assert shown["strategy"]["label"] == "defect"
