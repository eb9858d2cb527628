"""Items near to another one over HTTP, with a stand-in for the worker that looks."""

import dataclasses
from typing import Any

import orjson

from service.app import create_app
from service.runtime import Runtime
from tests.api import Api
from tests.fakes import AnsweringQueue, RecordingQueue
from tests.service.rows import PLAIN, project_of


def with_worker(api: Api, runtime: Runtime, **parts: Any) -> Api:
    """The API with other parts, and a short wait."""
    settings = dataclasses.replace(runtime.settings, predict_timeout_seconds=1)
    changed = dataclasses.replace(runtime, **{"settings": settings} | parts)
    return Api(create_app(changed).test_client(), api.key)


def test_a_worker_is_asked_for_what_is_near(api: Api, runtime: Runtime) -> None:
    project = api.make_project(batch=PLAIN)
    api.add_vectors(project, {f"i{n}": [n, 1] for n in range(5)})
    with runtime.sessions.begin() as session:
        row = project_of(session, project)
        row.encoded = 5
    asked: list[Any] = []

    def work(request_id: str) -> None:
        asked.append(orjson.loads(runtime.live.question(request_id) or b""))
        runtime.live.answer(request_id, b'{"near": [[3, 0.9], [2, 0.5], [4, 0.25]]}')

    served = with_worker(api, runtime, queue=AnsweringQueue(work=work))
    api.label(project, {"i2": "fine"})
    page = served.get(f"{project}/items?near=i1&limit=3&state=unlabelled")

    assert asked == [{"project_id": row.id, "near": 1, "state": "unlabelled", "limit": 3}]
    assert [(item["key"], item["similarity"]) for item in page["data"]] == [
        ("i3", 0.9),
        ("i4", 0.25),
    ]
    assert page["next_cursor"] is None


def test_near_to_what_is_unknown_not_encoded_or_without_features(api: Api) -> None:
    project = api.make_project()
    api.add_vectors(project, {"mail-1": [0, 1]})
    scores = api.make_project(input={"type": "scores"})
    api.post(f"{scores}/items", {"items": [{"key": "a"}]}, 201)

    unknown = api.call("GET", f"{project}/items?near=mail-9")
    early = api.call("GET", f"{project}/items?near=mail-1")
    never = api.call("GET", f"{scores}/items?near=a")

    assert unknown.status_code == 404
    assert [each.status_code for each in (early, never)] == [422, 422]
    assert "not encoded yet" in early.json["errors"][0]["detail"]
    assert "no features" in never.json["errors"][0]["detail"]


def test_without_a_worker_it_is_503_with_a_time_to_come_back(api: Api, runtime: Runtime) -> None:
    project = api.make_project()
    api.add_vectors(project, {"a": [0, 1]})
    with runtime.sessions.begin() as session:
        project_of(session, project).encoded = 1

    for queue in (RecordingQueue(), RecordingQueue(is_up=False)):
        refused = with_worker(api, runtime, queue=queue).call("GET", f"{project}/items?near=a")

        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) >= 1
