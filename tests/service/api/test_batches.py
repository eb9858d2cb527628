"""Batches over HTTP."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from service.runtime import Runtime
from tests.api import Api
from tests.fakes import FrozenClock
from tests.service.rows import keys, ranked

SHOWN = {"key", "position", "metadata"}


def test_a_batch_is_the_next_of_the_ranking_under_a_lease(
    api: Api, runtime: Runtime, clock: FrozenClock
) -> None:
    project = ranked(api, runtime, 5)
    asked = {"size": 2, "annotator": "ana"}

    response = api.call("POST", f"{project}/batches", json=asked)

    batch = response.json
    assert response.status_code == 201
    assert response.headers["Location"] == f"/v1{project}/batches/{UUID(batch['id'])}"
    assert keys(batch) == ["i4", "i3"]
    assert [item["position"] for item in batch["items"]] == [1, 2]
    assert datetime.fromisoformat(batch["lease"]["expires_at"]) == clock() + timedelta(seconds=900)
    assert batch["ranking"]["number"] == 2
    assert batch["ranking"]["strategy"] == "margin"
    assert (batch["exhausted"], batch["leased"], batch["retry_after_seconds"]) == (False, 0, None)
    assert keys(api.batch(project, 2, "ana")) == ["i2", "i1"]


def test_an_explanation_is_for_managers(api: Api, runtime: Runtime) -> None:
    project = ranked(api, runtime, 20, batch={"audit_share": 0.5, "coverage_share": 0.5})
    annotator = api.make_key("annotator")
    asked = {"size": 4, "annotator": "ana"}

    explained = api.batch(project, 4)["items"]
    plain = annotator.post(f"{project}/batches", asked, 201)["items"]
    refused = annotator.call("POST", f"{project}/batches?explain=true", json=asked)

    assert refused.status_code == 403
    assert all(set(item) == SHOWN for item in plain)
    assert {item["reason"] for item in explained} <= {"audit", "coverage", "strategy", "random"}
    for item in explained:
        chance = item["probability_of_selection"]
        assert chance == "deterministic" or 0 < chance <= 1
        assert set(item) >= {"score", "prediction"}
    assert annotator.get(f"{project}/labels")["data"] == []


def test_what_annotators_label_does_not_say_why_it_was_served(api: Api, runtime: Runtime) -> None:
    project = ranked(api, runtime, 3)
    batch = api.batch(project, 1)
    api.label(project, {keys(batch)[0]: "fine"})

    seen = api.get(f"{project}/labels")["data"][0]
    shown = api.make_key("annotator").get(f"{project}/labels")["data"][0]

    assert (seen["reason"], seen["batch"]) == ("strategy", batch["id"])
    assert shown["reason"] is None


def test_a_pool_without_open_items_is_exhausted_for_good(api: Api, runtime: Runtime) -> None:
    project = ranked(api, runtime, 1)
    api.label(project, {"i0": "fine"})

    batch = api.batch(project, 1)

    assert (batch["exhausted"], batch["leased"], batch["retry_after_seconds"]) == (True, 0, None)


def test_resume_gives_the_open_batch_back(api: Api, runtime: Runtime, clock: FrozenClock) -> None:
    project = ranked(api, runtime, 4)

    def resume() -> Any:
        asked = {"size": 2, "annotator": "ana", "resume": True}
        return api.post(f"{project}/batches", asked, 201)

    first = resume()
    second = resume()
    api.label(project, {keys(first)[0]: "fine"})
    rest = resume()
    clock.advance(901)
    fresh = resume()

    assert (second["id"], keys(second)) == (first["id"], keys(first))
    assert (rest["id"], keys(rest)) == (first["id"], keys(first)[1:])
    assert rest["lease"] == first["lease"]
    assert fresh["id"] != first["id"]


def test_renewing_counts_from_now_and_needs_the_token(
    api: Api, runtime: Runtime, clock: FrozenClock
) -> None:
    project = ranked(api, runtime, 2, lease_seconds=100)
    batch = api.batch(project, 1)
    path = f"{project}/batches/{batch['id']}"
    token = {"Lease-Token": batch["lease"]["token"]}

    def renew(headers: dict[str, str], **body: Any) -> Any:
        return api.call("PATCH", path, json=body, headers=headers)

    clock.advance(99)
    assert renew({}).status_code == 403
    assert renew({"Lease-Token": "é"}).status_code == 403
    assert renew(token, lease_seconds=0).status_code == 422
    assert renew(token, lease_seconds=604_801).status_code == 422
    renewed = renew(token, lease_seconds=600).json
    assert datetime.fromisoformat(renewed["lease"]["expires_at"]) == clock() + timedelta(
        seconds=600
    )
    clock.advance(599)
    assert keys(api.batch(project, 1, "ben")) == ["i0"]
    assert renew(token).status_code == 200
    clock.advance(100)
    late = renew(token)
    assert late.status_code == 409
    assert late.mimetype == "application/problem+json"


def test_releasing_gives_back_what_is_not_labelled(
    api: Api, runtime: Runtime, clock: FrozenClock
) -> None:
    project = ranked(api, runtime, 3)
    batch = api.batch(project, 3)
    path = f"{project}/batches/{batch['id']}"
    token = {"Lease-Token": batch["lease"]["token"]}
    api.label(project, {"i2": "fine"})

    assert api.call("DELETE", path).status_code == 403
    assert api.call("DELETE", path, headers=token).status_code == 204

    assert keys(api.batch(project, 3, "ben")) == ["i1", "i0"]
    clock.advance(901)
    assert api.call("DELETE", path, headers=token).status_code == 409


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"annotator": "ana", "size": 0}, "/size"),
        ({"annotator": "ana", "size": 1001}, "/size"),
        ({"annotator": "ana", "size": "1"}, "/size"),
        ({"annotator": "ana", "size": True}, "/size"),
        ({"size": 1}, "/annotator"),
        ({"size": 1, "annotator": ""}, "/annotator"),
        ({"size": 1, "annotator": "a\x00"}, "/annotator"),
        ({"size": 1, "annotator": "\ud800"}, "/annotator"),
    ],
    ids=str,
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_wish_that_cannot_be_granted_is_named(api: Api, body: Any, pointer: str) -> None:
    refused = api.call("POST", f"{api.make_project()}/batches", json=body)

    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json["errors"]] == [pointer]
