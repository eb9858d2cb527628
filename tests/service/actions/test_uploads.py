"""Uploads: received as they come, whole or not at all, once under an Idempotency-Key."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from service.runtime import Runtime
from service.store.tables.learning import Run
from service.store.tables.uploads import Upload
from tests.api import Api
from tests.fakes import RecordingQueue

NDJSON, ARROW = "application/x-ndjson", "application/vnd.apache.arrow.stream"
LINES = b'{"key": "a", "vector": [1, 2]}\n{"key": "b", "vector": [3, 4]}\n'


class Broken(io.RawIOBase):
    """A body whose client goes away in its middle."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = next(self._pieces, None)
        if piece is None:
            raise ConnectionResetError("gone")
        return piece


def blobs(runtime: Runtime) -> list[Path]:
    folder = runtime.settings.data_path / "blobs"
    return [path for path in folder.rglob("*") if path.is_file()]


def send(
    api: Api, project: str, body: Any = LINES, media_type: str = NDJSON, **rest: Any
) -> TestResponse:
    headers = {"Content-Type": media_type} | rest.pop("headers", {})
    return api.call("POST", f"{project}/items", data=body, headers=headers, **rest)


def chunked(body: bytes) -> dict[str, Any]:
    """A body without a length, as gunicorn hands it on."""
    return {
        "input_stream": io.BytesIO(body),
        "headers": {"Transfer-Encoding": "chunked"},
        "environ_overrides": {"wsgi.input_terminated": True},
    }


@pytest.mark.parametrize("media_type", [NDJSON, ARROW, f"{NDJSON}; charset=utf-8"])
def test_an_upload_becomes_a_run(
    api: Api, queue: RecordingQueue, runtime: Runtime, media_type: str
) -> None:
    project = api.make_project()

    answer = send(api, project, media_type=media_type)

    assert answer.status_code == 202
    run = answer.json
    assert answer.headers["Location"] == f"/v1{project}/runs/{run['id']}"
    assert (run["kind"], run["state"], run["stage"]) == ("ingest", "queued", "ingest")
    assert (run["progress"], run["registered"], run["refused"]) == (0.0, None, None)
    assert [(str(stage), str(ids[0])) for stage, ids in queue.take()] == [("ingest", run["id"])]
    assert api.get(answer.headers["Location"]) == run
    assert api.get(f"{project}/runs")["data"] == [run]
    [blob] = blobs(runtime)
    assert blob.read_bytes() == LINES


def test_a_body_without_a_length_is_received(api: Api, runtime: Runtime) -> None:
    project = api.make_project()

    answer = send(api, project, None, **chunked(LINES))

    assert answer.status_code == 202
    assert [blob.read_bytes() for blob in blobs(runtime)] == [LINES]


def test_a_stream_may_be_larger_than_any_other_body(api: Api, runtime: Runtime) -> None:
    project = api.make_project()
    body = b" " * (runtime.settings.max_body_bytes + 1)

    assert send(api, project, body).status_code == 202
    assert send(api, project, None, **chunked(body)).status_code == 202
    assert send(api, project, body, "application/json").status_code == 413


@pytest.mark.parametrize(
    "environ",
    [
        {"CONTENT_LENGTH": "900"},
        {"CONTENT_LENGTH": "900", "wsgi.input_terminated": True},
        {"CONTENT_LENGTH": "", "wsgi.input_terminated": True, "wsgi.input": None},
    ],
)
def test_an_interrupted_upload_leaves_nothing(
    api: Api, runtime: Runtime, queue: RecordingQueue, environ: dict[str, Any]
) -> None:
    project = api.make_project()
    if "wsgi.input" in environ:
        environ = environ | {"wsgi.input": Broken(iter([LINES, LINES]))}

    once = {"Idempotency-Key": "once"}
    answer = send(api, project, headers=once, environ_overrides=environ)

    assert answer.status_code == 400
    assert answer.mimetype == "application/problem+json"
    assert blobs(runtime) == []
    assert queue.take() == []
    with runtime.readers() as session:
        assert list(session.scalars(select(Run))) == list(session.scalars(select(Upload))) == []
    assert send(api, project, headers=once).status_code == 202


def test_a_repeated_upload_gets_the_first_answer(api: Api, queue: RecordingQueue) -> None:
    project = api.make_project()
    once = {"Idempotency-Key": "once"}

    first = send(api, project, headers=once)
    second = send(api, project, headers=once)
    other = send(api, project, LINES + LINES, headers=once)
    as_json = api.call("POST", f"{project}/items", json={"items": []}, headers=once)
    anew = send(api, project, headers={"Idempotency-Key": "twice"})

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json == second.json
    assert first.headers["Location"] == second.headers["Location"]
    assert other.status_code == as_json.status_code == 422
    assert anew.json["id"] != first.json["id"]
    assert len(queue.take()) == 2


def test_who_may_send_an_upload(api: Api) -> None:
    project = api.make_project()
    stranger = api.make_workspace("other")

    assert send(api.make_key("manager"), project).status_code == 202
    assert send(api.make_key("annotator"), project).status_code == 403
    assert send(stranger, project).status_code == 404
    assert api.client.post(f"/v1{project}/items", data=LINES).status_code == 401


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_other_media_types_are_refused(api: Api, runtime: Runtime) -> None:
    project = api.make_project()

    assert send(api, project, media_type="text/csv").status_code == 415
    zipped = send(api, project, headers={"Content-Encoding": "gzip"})
    assert zipped.status_code == 415
    assert "gzip" in zipped.json["detail"]
    assert send(api, project, headers={"Idempotency-Key": "k" * 256}).status_code == 422
    assert blobs(runtime) == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_disk_that_is_full_is_not_the_clients_fault(api: Api, runtime: Runtime) -> None:
    project = api.make_project()
    folder = runtime.settings.data_path / "blobs"
    folder.write_text("a file where the folder should be")

    assert send(api, project).status_code == 500
