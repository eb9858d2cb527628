"""The log of selections as a file, with all that is needed to re-weight what it led to."""

import csv
import io
import json

import pyarrow.parquet as pq
import pytest

from service.runtime import Runtime
from tests.api import Api
from tests.service.rows import ranked, write_version

FIELDS = [
    "batch",
    "position",
    "key",
    "annotator",
    "reason",
    "strategy",
    "score",
    "probability_of_selection",
    "version",
    "ranking",
    "at",
    "label",
    "skip",
]


@pytest.fixture
def project(api: Api, runtime: Runtime) -> str:
    """A project of which two batches were served, partly labelled."""
    shares = {"audit_share": 0, "coverage_share": 0.5}
    path = ranked(api, runtime, 40, batch=shares)
    write_version(runtime, path)
    api.batch(path, 4, "ana")
    served = [item["key"] for item in api.batch(path, 4, "ben")["items"]]
    api.label(path, {served[0]: "fine", served[1]: None}, "ben")
    api.label(path, {served[2]: "defect"}, "cleo")  # who was not asked
    return path


def exported(api: Api, path: str, media_type: str) -> bytes:
    response = api.call("GET", f"{path}/selections", headers={"Accept": media_type})
    assert (response.status_code, response.mimetype) == (200, media_type)
    return response.get_data()


def test_every_form_has_the_same_rows_and_fields(api: Api, project: str) -> None:
    pages = api.get(f"{project}/selections")["data"]

    lines = [
        json.loads(line) for line in exported(api, project, "application/x-ndjson").splitlines()
    ]
    table = pq.read_table(
        io.BytesIO(exported(api, project, "application/vnd.apache.parquet"))
    ).to_pylist()
    text = exported(api, project, "text/csv").decode()
    rows = list(csv.DictReader(io.StringIO(text)))

    assert lines == pages
    assert len(lines) == len(table) == len(rows) == 8
    assert list(rows[0]) == list(table[0]) == FIELDS == list(lines[0])
    for line, row in zip(lines, table, strict=True):
        chance = line["probability_of_selection"]
        assert row == line | {
            "probability_of_selection": None if chance == "deterministic" else chance
        }
    assert {row["probability_of_selection"] for row in rows if row["reason"] == "strategy"} == {""}
    assert all(
        0 < float(row["probability_of_selection"]) < 1
        for row in rows
        if row["reason"] == "coverage"
    )


def test_a_row_has_the_answer_of_who_was_asked(api: Api, project: str) -> None:
    rows = api.get(f"{project}/selections")["data"]

    ben = sorted(
        (row for row in rows if row["annotator"] == "ben"), key=lambda row: row["position"]
    )
    assert [(row["label"], row["skip"]) for row in ben] == [
        ("fine", False),
        (None, True),
        (None, False),
        (None, False),
    ]
    assert {row["label"] for row in rows if row["annotator"] == "ana"} == {None}


def test_more_than_one_stretch_is_streamed_whole_and_in_order(api: Api, runtime: Runtime) -> None:
    path = ranked(api, runtime, 1000, batch={"audit_share": 0, "coverage_share": 0})
    served = 0
    for n in range(3):
        items = api.batch(path, 500, f"person-{n}")["items"]
        served += len(items)
        api.label(path, {item["key"]: None for item in items[:100]}, f"person-{n}")

    lines = [json.loads(line) for line in exported(api, path, "application/x-ndjson").splitlines()]

    assert len(lines) == served > 1000
    assert len({(line["batch"], line["position"]) for line in lines}) == served
    assert [line["annotator"] for line in lines] == sorted(
        (line["annotator"] for line in lines), reverse=True
    )


def test_the_log_is_for_managers_in_every_form(api: Api, project: str) -> None:
    reader = api.make_key("annotator")

    for media_type in ("application/json", "application/x-ndjson", "text/csv"):
        response = reader.call("GET", f"{project}/selections", headers={"Accept": media_type})
        assert response.status_code == 403


def test_an_empty_log_is_an_empty_file(api: Api) -> None:
    path = api.make_project()

    assert exported(api, path, "application/x-ndjson") == b""
    assert exported(api, path, "text/csv").decode().split() == [",".join(FIELDS)]
