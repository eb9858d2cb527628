"""Requests that come again under their `Idempotency-Key`."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from service.runtime import Runtime
from service.store import claims, receipts
from service.store.tables.access import Receipt
from tests.api import Api
from tests.fakes import FrozenClock, RecordingQueue

PROJECT = {
    "name": "casting",
    "task": {"classes": ["fine", "defect"]},
    "input": {"type": "vector", "dimensions": 2},
}
HEADERS = ("Location", "ETag", "Content-Type")


def again(api: Api, path: str, body: Any, key: str = "once") -> Any:
    return api.call("POST", path, json=body, headers={"Idempotency-Key": key})


def test_the_same_request_is_applied_once_and_answered_alike(api: Api) -> None:
    project = api.make_project(retrain={"min_labels": 1})
    label = {"key": "a", "value": "fine", "annotator": "ana"}

    for path, body in (
        ("/projects", PROJECT),
        (f"{project}/items", {"items": [{"key": "a", "vector": [0, 1]}]}),
        (f"{project}/batches?explain=true", {"size": 1, "annotator": "ana"}),
        (f"{project}/labels", {"labels": [label]}),
        (f"{project}/runs", {}),
    ):
        first, second = again(api, path, body, path), again(api, path, body, path)
        assert first.status_code in (201, 202), first.text
        assert second.status_code == first.status_code
        assert second.data == first.data
        for name in HEADERS:
            assert second.headers.get(name) == first.headers.get(name)

    assert len(api.get("/projects")["data"]) == 2
    assert len(api.get(f"{project}/selections")["data"]) == 1
    assert api.get(project)["counts"]["labels"] == 1


def test_a_run_that_repeated_labels_start_is_announced_once(
    api: Api, queue: RecordingQueue
) -> None:
    project = api.make_project(retrain={"min_labels": 1})
    api.add_vectors(project, {"a": [0, 1]})
    body = {"labels": [{"key": "a", "value": "fine", "annotator": "ana"}]}
    queue.take()

    answers = [again(api, f"{project}/labels", body).json for _ in range(2)]

    assert answers[0]["run"] is not None
    assert answers[0] == answers[1]
    assert [stage for stage, _ in queue.take()] == ["retrain"]


def test_the_same_key_with_another_request_is_refused(api: Api) -> None:
    project = api.make_project()
    body = {"items": [{"key": "a", "vector": [0, 1]}]}
    again(api, f"{project}/items", body)

    other_body = again(api, f"{project}/items", {"items": [{"key": "b", "vector": [0, 1]}]})
    other_path = again(api, f"{api.make_project()}/items", body)
    other_query = again(api, f"{project}/batches", {"annotator": "ana"})
    longest = again(api, f"{project}/items", body, "k" * 256)

    for refused in (other_body, other_path, other_query, longest):
        assert refused.status_code == 422
        assert "Idempotency-Key" in refused.json["detail"]


def test_the_same_key_of_another_api_key_is_another_request(api: Api) -> None:
    other = api.make_key("admin")

    made = [again(each, "/projects", PROJECT).json["id"] for each in (api, other)]

    assert made[0] != made[1]


def test_while_the_first_request_runs_the_second_is_409(api: Api, runtime: Runtime) -> None:
    key_id = api.get("/keys")["data"][0]["id"]
    engine = runtime.sessions.kw["bind"]

    with claims.claimed(engine, f"{key_id}/once", runtime.claims) as had:
        assert had
        meanwhile = again(api, "/projects", PROJECT)
    afterwards = again(api, "/projects", PROJECT)

    assert meanwhile.status_code == 409
    assert meanwhile.headers["Retry-After"] == "1"
    assert afterwards.status_code == 201
    assert len(api.get("/projects")["data"]) == 1


def test_a_refusal_is_not_kept(api: Api) -> None:
    project = api.make_project()
    body = {"labels": [{"key": "a", "value": "fine", "annotator": "ana"}]}
    refused = again(api, f"{project}/labels", body)
    api.add_vectors(project, {"a": [0, 1]})

    accepted = again(api, f"{project}/labels", body)

    assert (refused.status_code, accepted.status_code) == (422, 202)


def test_secrets_are_given_once_and_never_kept(api: Api, runtime: Runtime) -> None:
    for path, body, secret in (
        ("/keys", {"name": "tool", "role": "reader"}, "key"),
        ("/workspaces", {"name": "plant 2"}, "admin_key"),
    ):
        first, second = again(api, path, body, path).json, again(api, path, body, path).json

        assert first[secret].startswith("al_")
        assert second == first | {secret: None}
        with runtime.readers() as session:
            bodies = list(session.scalars(select(Receipt.body)))
        assert all(first[secret].encode() not in body for body in bodies)


def test_answers_are_kept_for_a_day(api: Api, runtime: Runtime, clock: FrozenClock) -> None:
    first = again(api, "/projects", PROJECT).json["id"]

    clock.advance(24 * 3600 - 1)
    with runtime.sessions.begin() as session:
        kept = receipts.forget(session, before=clock() - timedelta(hours=24))
    within = again(api, "/projects", PROJECT).json["id"]
    clock.advance(2)
    with runtime.sessions.begin() as session:
        dropped = receipts.forget(session, before=clock() - timedelta(hours=24))
    later = again(api, "/projects", PROJECT).json["id"]

    assert (kept, dropped) == (0, 1)
    assert within == first != later
