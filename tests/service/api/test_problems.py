"""Every refusal is a problem document that says what to change."""

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.test import TestResponse

from service.api.problems import of_database_error, of_surprise
from service.runtime import Runtime
from tests.api import Api
from tests.service.routes import OPEN, routes


def assert_problem(response: TestResponse, status: int) -> Any:
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.mimetype == "application/problem+json"
    body = response.json
    assert {"type", "title", "status", "detail"} <= set(body)
    assert body["status"] == status
    assert "<" not in body["detail"]
    return body


def test_every_route_with_a_body_refuses_what_is_no_json(api: Api) -> None:
    project = api.make_project()
    values = {"project_id": project.rpartition("/")[2]}

    for route in (each for each in routes(api.client) if each.body is not None):
        path, headers = route.path(**values), route.arguments()["headers"]
        same = {"headers": headers | {"Content-Type": "application/json"}}
        assert_problem(api.call(route.method, path, data=b"{oh", **same), 400)
        assert_problem(api.call(route.method, path, data=b"\xff\xfe{}", **same), 400)
        assert_problem(api.call(route.method, path, data=b"[" * 100_000, **same), 400)
        form = headers | {"Content-Type": "application/x-www-form-urlencoded"}
        assert_problem(api.call(route.method, path, data=b"a=1", headers=form), 415)
        listed = assert_problem(api.call(route.method, path, json=[], headers=headers), 422)
        assert listed["errors"] == [{"pointer": "/", "detail": "is not an object"}]


def test_every_route_refuses_unknown_fields_by_name(api: Api) -> None:
    project = api.make_project()
    values = {"project_id": project.rpartition("/")[2]}

    for route in (each for each in routes(api.client) if each.name not in OPEN):
        path, arguments = route.path(**values), route.arguments()
        body = assert_problem(route.ask(api, query="?nonsense=1", **values), 422)
        assert body["errors"] == [{"pointer": "/nonsense", "detail": "Unknown field"}]
        if route.body is not None:
            arguments["json"] = route.body | {"nonsense": 1, "a/b~\udc00": 1}
            body = assert_problem(api.call(route.method, path, **arguments), 422)
            pointers = {error["pointer"] for error in body["errors"]}
            assert {"/nonsense", "/a~1b~0\\udc00"} <= pointers


def test_a_method_that_a_path_lacks_is_405_and_names_those_it_has(api: Api) -> None:
    paths: dict[str, set[str]] = {}
    for route in routes(api.client):
        paths.setdefault(route.path(), set()).add(route.method)

    for path, methods in paths.items():
        response = api.client.open(path, method="TRACE")
        assert_problem(response, 405)
        assert methods <= {name.strip() for name in response.headers["Allow"].split(",")}


def test_an_unknown_path_is_404_and_never_a_redirect(api: Api) -> None:
    for path in (
        "/v1",
        "/v1/nothing",
        "/v1/projects/",
        "/v1//projects",
        "/v1/projects/not-a-uuid",
        f"{api.make_project()}/versions/99999999999999999999",
        "/docs/assets/nothing.js",
        "/docs/../../service/config.py",
    ):
        assert_problem(api.client.get(path, headers={"Authorization": f"Bearer {api.key}"}), 404)


def test_a_database_that_does_not_answer_is_503_with_a_time_to_come_back(
    client: FlaskClient, runtime: Runtime
) -> None:
    with client.application.test_request_context():
        for error in (OperationalError("", None, Exception("gone")), NoConnection("full")):
            response = of_database_error(error)

            assert (response.status_code, response.headers["Retry-After"]) == (503, "2")


def test_a_surprise_is_500_without_a_trace_of_what_happened(
    api: Api, runtime: Runtime, client: FlaskClient
) -> None:
    project = api.make_project()
    with runtime.sessions.begin() as session:
        session.execute(text("DROP TABLE selection"))

    response = api.call("GET", f"{project}/selections")

    assert response.status_code in (500, 503)
    assert "selection" not in response.json["detail"]
    with client.application.test_request_context():
        assert of_surprise(KeyError("secret")).status_code == 500
