"""Who may ask what, and how often."""

import base64
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from tests.api import Api
from tests.service.routes import OPEN, routes

ROLES = ("reader", "annotator", "manager", "admin")
LEAST = {
    "create_project": "manager",
    "list_projects": "reader",
    "get_project": "reader",
    "change_project": "manager",
    "delete_project": "manager",
    "unpin_project": "manager",
    "register_items": "manager",
    "list_items": "reader",
    "get_item": "reader",
    "delete_item": "manager",
    "hand_out_batch": "annotator",
    "renew_batch": "annotator",
    "release_batch": "annotator",
    "record_labels": "annotator",
    "list_labels": "reader",
    "retract_label": "annotator",
    "start_run": "manager",
    "list_runs": "reader",
    "get_run": "reader",
    "cancel_run": "manager",
    "list_versions": "reader",
    "get_version": "reader",
    "pin_version": "manager",
    "unpin_version": "manager",
    "download_model": "manager",
    "get_ranking": "manager",
    "predict_items": "reader",
    "list_predictions": "reader",
    "bring_predictions": "manager",
    "list_selections": "manager",
    "get_report": "reader",
    "release_audit": "manager",
    "start_spot_check": "manager",
    "start_simulation": "manager",
    "list_simulations": "reader",
    "get_simulation": "reader",
    "create_key": "admin",
    "list_keys": "admin",
    "revoke_key": "admin",
    "create_workspace": "admin",
    "list_workspaces": "admin",
    "read_metrics": "reader",
}


def test_every_route_has_its_least_role_and_refuses_smaller_ones(api: Api) -> None:
    keys = {role: api.make_key(role) for role in ROLES}

    assert {route.name for route in routes(api.client)} == set(LEAST) | OPEN
    for route in (each for each in routes(api.client) if each.name not in OPEN):
        for role, key in keys.items():
            project = api.make_project()
            values = {"project_id": project.rpartition("/")[2]}
            response = route.ask(key, **values)
            is_enough = ROLES.index(role) >= ROLES.index(LEAST[route.name])
            assert (response.status_code == 403) is not is_enough, (route.name, role)


def test_no_route_but_health_answers_without_a_key(client: FlaskClient, api: Api) -> None:
    for route in routes(client):
        response = client.open(route.path(), method=route.method, **route.arguments())
        if route.name in OPEN:
            assert response.status_code == 200
        else:
            assert response.status_code == 401, route.name
            assert response.mimetype == "application/problem+json"
            assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/docs", "/docs/start.js", "/docs/assets/swagger-ui.css"])
def test_pages_of_the_contract_take_the_key_as_a_password(api: Api, path: str) -> None:
    def ask(path: str, authorization: str) -> int:
        headers = {"Authorization": authorization}
        return api.client.get(path, headers=headers, buffered=True).status_code

    password = "Basic " + base64.b64encode(f"anyone:{api.key}".encode()).decode()

    challenge = api.client.get(path).headers["WWW-Authenticate"]

    assert challenge.startswith("Basic")
    assert ask(path, password) == 200
    assert ask("/openapi.json", password) == 200
    assert ask(path, f"Bearer {api.key}") == 200
    assert ask("/v1/projects", password) == 401
    for nonsense in ("Basic ???", "Basic é", "Basic /w==", "Bearer", "Bearer none", "Digest a"):
        assert ask(path, nonsense) == 401


def test_another_workspace_sees_nothing_whatever_the_route(api: Api) -> None:
    stranger = api.make_workspace("strangers")
    project = api.make_project()
    api.add_vectors(project, {"a": [0, 1]})
    batch = api.batch(project, 1)
    api.label(project, {"a": "fine"})
    label = api.get(f"{project}/labels")["data"][0]["id"]
    run = api.post(f"{project}/runs", {}, 202)["id"]
    before = api.get(project)
    values = {
        "project_id": before["id"],
        "batch_id": batch["id"],
        "label_id": label,
        "run_id": run,
    }

    for route in routes(api.client):
        if route.is_in_project:
            arguments = route.arguments()
            arguments["headers"]["Lease-Token"] = batch["lease"]["token"]
            response = stranger.call(route.method, route.path(**values), **arguments)
            assert response.status_code == 404, route.name
            assert response.mimetype == "application/problem+json"

    assert api.get(project) == before
    assert stranger.get("/projects")["data"] == []
    for key in api.get("/keys")["data"]:
        assert stranger.call("DELETE", f"/keys/{key['id']}").status_code == 404
    for method, path in (("GET", "/workspaces"), ("POST", "/workspaces")):
        body = {"json": {"name": "x"}} if method == "POST" else {}
        assert stranger.call(method, path, **body).status_code == 403


def test_things_of_one_project_are_not_found_in_another(api: Api) -> None:
    first, second = api.make_project(), api.make_project()
    api.add_vectors(first, {"a": [0, 1]})
    batch = api.batch(first, 1)
    api.label(first, {"a": "fine"})
    label = api.get(f"{first}/labels")["data"][0]["id"]
    run = api.post(f"{first}/runs", {}, 202)["id"]
    token = {"Lease-Token": batch["lease"]["token"]}

    for method, path in (
        ("GET", "items/a"),
        ("DELETE", "items/a"),
        ("PATCH", f"batches/{batch['id']}"),
        ("DELETE", f"batches/{batch['id']}"),
        ("DELETE", f"labels/{label}"),
        ("GET", f"runs/{run}"),
        ("DELETE", f"runs/{run}"),
        ("GET", "versions/1"),
    ):
        body = {"json": {}} if method == "PATCH" else {}
        response = api.call(method, f"{second}/{path}", headers=token, **body)
        assert response.status_code == 404, path


def test_a_key_limited_to_projects_sees_no_others_and_cannot_escape(api: Api) -> None:
    mine, other = api.make_project(), api.make_project()
    key = api.make_key("admin", projects=[mine.rpartition("/")[2]])
    rival = api.get("/keys")["data"][0]["id"]

    assert [f"/projects/{each['id']}" for each in key.get("/projects")["data"]] == [mine]
    assert key.get(mine)["name"] == "casting"
    for route in (each for each in routes(api.client) if each.is_in_project):
        response = route.ask(key, project_id=other.rpartition("/")[2])
        assert response.status_code == 404, route.name
    for method, path, body in (
        ("POST", "/projects", {"name": "x", "task": {"classes": ["a", "b"]}, "input": TEXT}),
        ("POST", "/keys", {"name": "x", "role": "admin"}),
        ("GET", "/keys", None),
        ("DELETE", f"/keys/{rival}", None),
        ("POST", "/workspaces", {"name": "x"}),
        ("GET", "/workspaces", None),
    ):
        more = {} if body is None else {"json": body}
        assert key.call(method, path, **more).status_code == 403, path


TEXT = {"type": "text"}


def test_a_revoked_key_is_refused(api: Api) -> None:
    made = api.post("/keys", {"name": "gone", "role": "reader"}, 201)
    key = api.with_key(made["key"])
    assert key.call("GET", "/projects").status_code == 200

    assert api.call("DELETE", f"/keys/{made['id']}").status_code == 204

    assert key.call("GET", "/projects").status_code == 401
    assert api.call("DELETE", f"/keys/{made['id']}").status_code == 404
    assert api.call("DELETE", f"/keys/{uuid4()}").status_code == 404
