"""Projects over HTTP."""

from typing import Any
from uuid import UUID

import pytest

from tests.api import Api

LEAST: dict[str, Any] = {
    "name": "casting",
    "task": {"type": "classification", "classes": ["fine", "defect"]},
    "input": {"type": "vector", "dimensions": 2},
}


def test_a_new_project_shows_every_default(api: Api) -> None:
    response = api.call("POST", "/projects", json=LEAST)

    body = response.json
    assert response.status_code == 201
    assert response.headers["Location"] == f"/v1/projects/{UUID(body['id'])}"
    assert response.headers["ETag"] == '"1"'
    assert 0 <= body["seed"] < 2**31
    assert body.items() >= LEAST.items()
    assert (
        body.items()
        >= {
            "goal": None,
            "strategy": "auto",
            "estimator": "auto",
            "batch": {"coverage_share": 0.1, "audit_share": 0.1},
            "retrain": {"min_labels": 10, "share": 0.02, "max_wait_seconds": 30},
            "labels_per_item": 1,
            "lease_seconds": 900,
            "counts": {"items": 0, "labelled": 0, "leased": 0, "audit": 0, "labels": 0},
            "version": None,
            "ranking": None,
        }.items()
    )
    assert api.get(response.headers["Location"]) == body


def test_every_setting_comes_back_as_it_was_sent(api: Api) -> None:
    sent = LEAST | {
        "name": "Gießerei ✓",
        "task": {"type": "classification", "classes": ["gut", "schlecht", "本"]},
        "input": {"type": "text"},
        "goal": {"type": "accuracy", "target": 0.95},
        "strategy": "margin",
        "estimator": {"name": "svm_rbf", "C": 1.0, "gamma": "auto", "standardise": False},
        "batch": {"coverage_share": 0, "audit_share": 0.5},
        "retrain": {"min_labels": 1, "share": 0, "max_wait_seconds": 0},
        "labels_per_item": 3,
        "lease_seconds": 604_800,
        "seed": 7,
    }

    made = api.post("/projects", sent, 201)

    assert made.items() >= sent.items()


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"name": "a\x00b"}, "/name"),
        ({"name": "half \ud800"}, "/name"),
        ({"name": None}, "/name"),
        ({"task": {"classes": ["one"]}}, "/task/classes"),
        ({"task": {"classes": ["one", "one"]}}, "/task/classes"),
        ({"task": {"classes": ["one", "\x00"]}}, "/task/classes/1"),
        ({"task": {"classes": ["a", "b"], "type": "regression"}}, "/task/type"),
        ({"input": {"type": "vector"}}, "/input/dimensions"),
        ({"input": {"type": "vector", "dimensions": 0}}, "/input/dimensions"),
        ({"input": {"type": "vector", "dimensions": True}}, "/input/dimensions"),
        ({"input": {"type": "vector", "dimensions": 2.5}}, "/input/dimensions"),
        ({"input": {"type": "text", "dimensions": 2}}, "/input/dimensions"),
        ({"input": {"type": "sound"}}, "/input/type"),
        ({"goal": {"type": "accuracy", "target": 1.5}}, "/goal/target"),
        ({"strategy": "best"}, "/strategy"),
        ({"estimator": "best"}, "/estimator"),
        ({"estimator": {"C": 1}}, "/estimator"),
        ({"batch": {"audit_share": 0.6}}, "/batch/audit_share"),
        ({"batch": {"audit_share": float("nan")}}, "/batch/audit_share"),
        ({"batch": {"share": 0.1}}, "/batch/share"),
        ({"retrain": {"min_labels": 0}}, "/retrain/min_labels"),
        ({"retrain": {"share": -0.1}}, "/retrain/share"),
        ({"retrain": {"max_wait_seconds": -1}}, "/retrain/max_wait_seconds"),
        ({"labels_per_item": 0}, "/labels_per_item"),
        ({"lease_seconds": 0}, "/lease_seconds"),
        ({"lease_seconds": 604_801}, "/lease_seconds"),
        ({"seed": -1}, "/seed"),
        ({"seed": 10**30}, "/seed"),
    ],
    ids=str,
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_setting_out_of_range_is_named(api: Api, change: Any, pointer: str) -> None:
    refused = api.call("POST", "/projects", json=LEAST | change)

    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json["errors"]] == [pointer]
    assert api.get("/projects")["data"] == []


def test_what_is_missing_is_named(api: Api) -> None:
    refused = api.call("POST", "/projects", json={})

    pointers = {error["pointer"] for error in refused.json["errors"]}
    assert pointers == {"/name", "/task", "/input"}


def test_settings_change_only_under_the_etag_that_was_read(api: Api) -> None:
    project = api.make_project()

    def change(etag: str | None, **settings: Any) -> Any:
        headers = {} if etag is None else {"If-Match": etag}
        return api.call("PATCH", project, json=settings, headers=headers)

    assert change(None, name="a").status_code == 428
    assert change('"7"', name="a").status_code == 412
    assert change('W/"1"', name="a").status_code == 412
    changed = change('"1"', name="b", goal={"type": "accuracy", "target": 0.9})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert changed.json["name"] == "b"
    assert change('"1"', name="c").status_code == 412
    assert change('"1", "2"', goal=None).json["goal"] is None
    assert change("*", strategy="margin", batch={"audit_share": 0.2}).json["batch"] == {
        "coverage_share": 0.1,
        "audit_share": 0.2,
    }
    assert change("*", input={"type": "text"}).status_code == 422
    assert change("*", seed=3).status_code == 422


def test_counts_do_not_change_the_etag(api: Api) -> None:
    project = api.make_project()

    api.add_vectors(project, {"a": [0, 1]})
    api.batch(project, 1)
    api.label(project, {"a": "fine"})

    response = api.call("GET", project)
    assert response.headers["ETag"] == '"1"'
    assert response.json["counts"]["labels"] == 1


def test_classes_can_be_added_and_not_taken_away(api: Api) -> None:
    project = api.make_project()

    def classes(*names: str) -> int:
        body = {"task": {"classes": names}}
        return api.call("PATCH", project, json=body, headers={"If-Match": "*"}).status_code

    assert classes("fine", "other") == 422
    assert classes("defect", "fine") == 422
    assert classes("fine", "defect", "scratch") == 200
    api.add_vectors(project, {"a": [0, 1]})
    assert api.label(project, {"a": "scratch"})["recorded"] == 1


def test_a_deleted_project_is_gone_at_once(api: Api) -> None:
    project = api.make_project()
    run = api.post(f"{project}/runs", {}, 202)["id"]

    assert api.call("DELETE", project).status_code == 428
    assert api.call("DELETE", project, headers={"If-Match": '"9"'}).status_code == 412
    deleted = api.call("DELETE", project, headers={"If-Match": '"1"'})

    assert (deleted.status_code, deleted.data) == (204, b"")
    for path in (project, f"{project}/items", f"{project}/runs/{run}"):
        assert api.call("GET", path).status_code == 404
    assert api.get("/projects")["data"] == []
    assert api.call("DELETE", project, headers={"If-Match": '"1"'}).status_code == 404


def test_fewer_labels_per_item_finish_items_and_give_back_what_is_held(api: Api) -> None:
    project = api.make_project(labels_per_item=2, batch={"audit_share": 0, "coverage_share": 0})
    api.add_vectors(project, {"a": [0, 1], "b": [1, 0]})
    api.label(project, {"a": "fine"}, "ana")
    api.batch(project, 2, "ben")
    assert api.get(project)["counts"].items() >= {"labelled": 0, "leased": 2}.items()

    api.call("PATCH", project, json={"labels_per_item": 1}, headers={"If-Match": "*"})

    assert api.get(project)["counts"].items() >= {"labelled": 1, "leased": 1}.items()
    assert [row["key"] for row in api.get(f"{project}/items?state=leased")["data"]] == ["b"]
