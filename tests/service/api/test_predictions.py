"""Predictions of the pool, as pages and as files."""

import csv
import io
import sys
from typing import Any
from uuid import uuid4

import orjson
import pyarrow.parquet as pq
import pytest

from service.actions import predictions
from service.actions.access import Caller
from service.api import paging
from service.domain.catalogue import Role
from service.runtime import Runtime
from service.store.blobs import BlobMissing
from service.store.predictions import UNSAID
from tests.api import Api
from tests.service.rows import project_of, write_predictions, write_version

ROWS = [(1, (0.25, 0.75)), (0, (0.5, 0.5)), (UNSAID, (0, 0)), (0, (1, 0)), (1, (0, 1))]


@pytest.fixture
def project(api: Api, runtime: Runtime) -> str:
    """Five items in three shards; `c` is not scored, `d` is deleted, `f` came later."""
    path = api.make_project()
    api.add_vectors(path, {key: [0, 1] for key in "abcdef"})
    write_predictions(runtime, path, ROWS, version=write_version(runtime, path))
    assert api.call("DELETE", f"{path}/items/d").status_code == 204
    return path


def expected(key: str, label: str, fine: float, defect: float) -> dict[str, Any]:
    sure = {"fine": fine, "defect": defect}
    return {
        "key": key,
        "label": label,
        "confidence": sure[label],
        "probabilities": sure,
        "version": 1,
    }


SHOWN = [
    expected("a", "defect", 0.25, 0.75),
    expected("b", "fine", 0.5, 0.5),
    expected("e", "defect", 0, 1),
]


def download(api: Api, path: str, media_type: str) -> bytes:
    with api.call("GET", f"{path}/predictions", headers={"Accept": media_type}) as response:
        assert response.status_code == 200
        assert response.mimetype == media_type
        data: bytes = response.get_data()
        return data


def test_pages_leave_out_what_is_deleted_or_not_scored(api: Api, project: str) -> None:
    reader = api.make_key("reader")

    assert reader.get(f"{project}/predictions")["data"] == SHOWN
    seen, cursor = [], ""
    for _ in range(9):
        page = reader.get(f"{project}/predictions?limit=1{cursor}")
        seen += page["data"]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == SHOWN


def test_the_whole_pool_comes_as_a_file(api: Api, project: str) -> None:
    lines = download(api, project, "application/x-ndjson").splitlines()
    table = list(csv.DictReader(io.StringIO(download(api, project, "text/csv").decode())))
    parquet = pq.read_table(io.BytesIO(download(api, project, "application/vnd.apache.parquet")))

    assert [orjson.loads(line) for line in lines] == SHOWN
    names = ["key", "label", "confidence", "probability.fine", "probability.defect", "version"]
    assert list(table[0]) == parquet.column_names == names
    assert [row["key"] for row in table] == ["a", "b", "e"]
    assert [float(row["probability.defect"]) for row in table] == [0.75, 0.5, 1]
    assert parquet.column("confidence").to_pylist() == [0.75, 0.5, 1]
    assert parquet.column("version").to_pylist() == [1, 1, 1]


def test_a_file_is_of_one_version_whatever_is_put_in_use_meanwhile(
    api: Api, runtime: Runtime, project: str
) -> None:
    with runtime.readers() as session:
        workspace = project_of(session, project).workspace_id
        uid = project_of(session, project).uid
    caller = Caller(
        key_id=uuid4(), workspace_id=workspace, in_first_workspace=True, role=Role.READER
    )
    exported = predictions.export(runtime, caller, uid)
    first = next(exported.blocks)
    write_predictions(runtime, project, ROWS[::-1], version=write_version(runtime, project))

    rest = list(exported.blocks)

    assert [first.keys, *(block.keys for block in rest)] == [["a", "b"], [], ["e"]]
    assert exported.version == 1
    assert api.get(f"{project}/predictions")["data"][0]["version"] == 2


def test_a_file_whose_blobs_are_gone_is_broken_off_and_not_mixed(
    api: Api, runtime: Runtime, project: str
) -> None:
    version = write_version(runtime, project)
    digests = write_predictions(runtime, project, ROWS, version=version)
    runtime.blobs.remove(digests[1])

    ndjson = {"Accept": "application/x-ndjson"}
    with api.call("GET", f"{project}/predictions", headers=ndjson) as response:
        body = iter(response.iter_encoded())
        assert len(next(body).splitlines()) == 2
        with pytest.raises(BlobMissing):
            list(body)
    parquet = {"Accept": "application/vnd.apache.parquet"}
    assert api.call("GET", f"{project}/predictions", headers=parquet).status_code == 500


def test_a_client_that_goes_away_frees_the_stream(api: Api, project: str) -> None:
    response = api.call("GET", f"{project}/predictions", headers={"Accept": "application/x-ndjson"})
    body = response.iter_encoded()
    next(iter(body))

    response.close()

    assert list(body) == []


def test_before_there_is_a_version_it_is_said_what_is_missing(api: Api) -> None:
    project = api.make_project()
    api.add_vectors(project, {"a": [0, 1]})

    for accept in ("application/json", "text/csv", "application/vnd.apache.parquet"):
        answer = api.call("GET", f"{project}/predictions", headers={"Accept": accept})
        assert answer.status_code == 409
        assert (
            "label items of at least two classes first (0 labels so far)" in answer.json["detail"]
        )


def test_another_workspace_finds_nothing(api: Api, project: str) -> None:
    stranger = api.make_workspace("other")

    for accept in ("application/json", "text/csv"):
        answer = stranger.call("GET", f"{project}/predictions", headers={"Accept": accept})
        assert answer.status_code == 404


def test_a_limit_beyond_a_thousand_is_refused(api: Api, project: str) -> None:
    assert api.call("GET", f"{project}/predictions?limit=1001").status_code == 422


def test_numpy_is_not_needed(api: Api, project: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numpy", None)

    for media_type in ("application/x-ndjson", "text/csv", "application/vnd.apache.parquet"):
        assert download(api, project, media_type)


def test_the_greatest_cursor_is_refused_and_breaks_nothing(api: Api, project: str) -> None:
    cursor = paging.number_cursor(2**63 - 1)

    refused = api.call("GET", f"{project}/predictions?cursor={cursor}")

    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == "/cursor"
