"""Bounds on one request: each a setting, each named where it is passed."""

import dataclasses
from typing import Any

import pytest

from service.app import create_app
from service.runtime import Runtime
from tests.api import Api


def bounded(runtime: Runtime, key: str, **bounds: int) -> Api:
    settings = dataclasses.replace(runtime.settings, **bounds)
    return Api(create_app(dataclasses.replace(runtime, settings=settings)).test_client(), key)


def details(response: Any, status: int) -> str:
    assert response.status_code == status, response.text
    assert response.mimetype == "application/problem+json"
    return str(
        [response.json["detail"], *(each["detail"] for each in response.json.get("errors", ()))]
    )


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_each_bound_is_a_setting_and_named_in_its_refusal(runtime: Runtime, admin_key: str) -> None:
    api = bounded(
        runtime,
        admin_key,
        max_rows=2,
        max_batch_size=3,
        max_lease_seconds=60,
        max_text_bytes=10,
    )
    project = api.make_project(input={"type": "text"}, lease_seconds=60)
    item, label = {"key": "a", "text": "x"}, {"key": "a", "value": "fine", "annotator": "ana"}

    for path, body, told in (
        ("items", {"items": [item] * 3}, "holds 3 rows; between 1 and 2 fit"),
        ("labels", {"labels": [label] * 3}, "holds 3 rows; between 1 and 2 fit"),
        ("predict", {"items": [{"text": "x"}] * 3}, "holds 3 rows; between 1 and 2 fit"),
        ("batches", {"annotator": "ana", "size": 4}, "between 1 and 3"),
        ("items", {"items": [{"key": "a", "text": "ü" * 6}]}, "is 12 bytes long; 10 are allowed"),
    ):
        assert told in details(api.call("POST", f"{project}/{path}", json=body), 422)
    assert api.post(f"{project}/items", {"items": [item] * 2}, 201)["registered"] == 1
    batch = api.batch(project, 3)
    renewal = api.call(
        "PATCH",
        f"{project}/batches/{batch['id']}",
        json={"lease_seconds": 61},
        headers={"Lease-Token": batch["lease"]["token"]},
    )
    assert "between 1 and 60" in details(renewal, 422)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_body_beyond_the_bound_is_413_with_or_without_an_idempotency_key(
    runtime: Runtime, admin_key: str
) -> None:
    api = bounded(runtime, admin_key, max_body_bytes=100)
    body = {"name": "x" * 100, "role": "reader"}

    for headers in ({}, {"Idempotency-Key": "once"}):
        refused = api.call("POST", "/keys", json=body, headers=headers)
        assert "at most 100 bytes (MAX_BODY_BYTES)" in details(refused, 413)
    assert api.post("/keys", {"name": "x", "role": "reader"}, 201)


def test_the_bounds_are_those_of_the_contract_by_default(runtime: Runtime) -> None:
    settings = runtime.settings

    assert settings.max_body_bytes == 32 * 2**20
    assert (settings.max_rows, settings.max_batch_size) == (1000, 1000)
    assert (settings.max_lease_seconds, settings.max_text_bytes) == (604_800, 2**20)
