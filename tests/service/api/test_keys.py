"""Keys and workspaces over HTTP."""

import hashlib
from uuid import uuid4

from sqlalchemy import select

from service.runtime import Runtime
from service.store.tables.access import ApiKey
from tests.api import Api


def test_a_key_is_shown_once_and_stored_as_a_digest(api: Api, runtime: Runtime) -> None:
    made = api.post("/keys", {"name": "tool A", "role": "annotator"}, 201)

    listed = next(row for row in api.get("/keys")["data"] if row["id"] == made["id"])
    with runtime.readers() as session:
        digests = set(session.scalars(select(ApiKey.digest)))

    assert made["key"].startswith(made["prefix"])
    assert listed == {name: value for name, value in made.items() if name != "key"}
    assert made.items() >= {"name": "tool A", "role": "annotator", "projects": None}.items()
    assert hashlib.sha256(made["key"].encode()).hexdigest() in digests


def test_a_key_is_limited_to_projects_of_its_own_workspace(api: Api) -> None:
    project = api.make_project().rpartition("/")[2]
    stranger = api.make_workspace("strangers").make_project().rpartition("/")[2]

    made = api.post("/keys", {"name": "a", "role": "reader", "projects": [project]}, 201)

    assert made["projects"] == [project]
    for other in (stranger, str(uuid4())):
        body = {"name": "a", "role": "reader", "projects": [project, other]}
        refused = api.call("POST", "/keys", json=body)
        assert refused.status_code == 422
        assert refused.json["errors"][0]["pointer"] == "/projects/1"


def test_what_a_key_cannot_be_is_named(api: Api) -> None:
    for body, pointer in (
        ({"name": "a", "role": "king"}, "/role"),
        ({"name": "\x00", "role": "reader"}, "/name"),
        ({"role": "reader"}, "/name"),
        ({"name": "a", "role": "reader", "projects": ["x"]}, "/projects/0"),
    ):
        refused = api.call("POST", "/keys", json=body)
        assert refused.status_code == 422
        assert [error["pointer"] for error in refused.json["errors"]] == [pointer]


def test_a_workspace_comes_with_an_admin_of_its_own(api: Api) -> None:
    made = api.post("/workspaces", {"name": "plant 2"}, 201)
    admin = api.with_key(made["admin_key"])

    assert {row["name"] for row in api.get("/workspaces")["data"]} == {"default", "plant 2"}
    assert [row["role"] for row in admin.get("/keys")["data"]] == ["admin"]
    assert admin.get("/projects")["data"] == []
    assert admin.make_project()


def test_two_workspaces_cannot_have_one_name(api: Api) -> None:
    api.make_workspace("plant 2")

    assert api.call("POST", "/workspaces", json={"name": "plant 2"}).status_code == 409
