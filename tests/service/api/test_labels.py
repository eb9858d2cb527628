"""Labels over HTTP."""

import csv
import io
import json
from typing import Any

import pyarrow.parquet as pq
import pytest

from service.runtime import Runtime
from tests.api import Api
from tests.fakes import FrozenClock, RecordingQueue
from tests.service.rows import write_ranking

PLAIN = {"audit_share": 0, "coverage_share": 0}


def pool(api: Api, *keys: str, **more: Any) -> str:
    project = api.make_project(**{"batch": PLAIN} | more)
    api.add_vectors(project, {key: [number, 1] for number, key in enumerate(keys)})
    return project


def values(api: Api, project: str, query: str = "") -> list[tuple[str, str, str | None]]:
    rows = api.get(f"{project}/labels{query}")["data"]
    return [(row["key"], row["annotator"], row["value"]) for row in rows]


def test_enough_labels_start_one_cycle(api: Api, queue: RecordingQueue) -> None:
    project = pool(api, "a", "b", "c", retrain={"min_labels": 2})
    queue.take()

    first = api.label(project, {"a": "fine"})
    second = api.label(project, {"b": "defect"})
    third = api.label(project, {"c": "defect"})

    assert first["run"] is None
    assert second["run"]["state"] == "queued"
    assert third["run"] is None
    assert [stage for stage, _ in queue.take()] == ["retrain"]


def test_the_run_that_labels_start_is_where_the_answer_says(api: Api) -> None:
    project = pool(api, "a", retrain={"min_labels": 1})
    body = {"labels": [{"key": "a", "value": "fine", "annotator": "ana"}]}

    response = api.call("POST", f"{project}/labels", json=body)

    assert response.status_code == 202
    assert response.headers["Location"] == f"/v1{project}/runs/{response.json['run']['id']}"
    assert api.get(response.headers["Location"])["kind"] == "cycle"


def test_another_value_supersedes_and_the_same_changes_nothing(api: Api) -> None:
    project = pool(api, "a")

    answers = [api.label(project, {"a": value}) for value in ("fine", "fine", "defect", None)]
    ben = api.label(project, {"a": "fine"}, "ben")

    assert [answer["recorded"] for answer in [*answers, ben]] == [1, 0, 1, 1, 1]
    assert [answer["unchanged"] for answer in answers] == [0, 1, 0, 0]
    assert values(api, project) == [("a", "ana", None), ("a", "ben", "fine")]
    assert api.get(project)["counts"]["labels"] == 1


def test_of_several_answers_in_one_request_the_last_is_current(api: Api) -> None:
    project = pool(api, "a")
    answers = [
        {"key": "a", "value": value, "annotator": "ana"} for value in ("fine", "defect", "fine")
    ]

    recorded = api.post(f"{project}/labels", {"labels": answers}, 202)

    assert (recorded["recorded"], recorded["unchanged"]) == (3, 0)
    assert values(api, project) == [("a", "ana", "fine")]


@pytest.mark.parametrize(
    ("label", "pointer"),
    [
        ({"key": "lost", "value": "fine"}, "/labels/1/key"),
        ({"key": "b", "value": "other"}, "/labels/1/value"),
        ({"key": "b"}, "/labels/1/value"),
        ({"key": "b", "skip": False}, "/labels/1/value"),
        ({"key": "b", "skip": True, "value": "fine"}, "/labels/1/value"),
        ({"key": "b", "value": 1}, "/labels/1/value"),
        ({"key": "b", "value": "fine", "confidence": 1}, "/labels/1/confidence"),
        ({"key": "b", "value": "fine", "annotator": ""}, "/labels/1/annotator"),
        ({"key": "\ud800", "value": "fine"}, "/labels/1/key"),
    ],
    ids=str,
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_one_label_that_cannot_be_refuses_all(api: Api, label: Any, pointer: str) -> None:
    project = pool(api, "a", "b")
    good = {"key": "a", "value": "fine", "annotator": "ana"}

    body = {"labels": [good, {"annotator": "ana"} | label]}
    refused = api.call("POST", f"{project}/labels", json=body)

    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json["errors"]] == [pointer]
    assert values(api, project) == []


def test_a_request_holds_one_to_a_thousand_labels(api: Api) -> None:
    project = pool(api, "a")
    label = {"key": "a", "value": "fine", "annotator": "ana"}

    for rows in ([], [label] * 1001):
        refused = api.call("POST", f"{project}/labels", json={"labels": rows})
        assert refused.status_code == 422
        detail = f"holds {len(rows)} rows; between 1 and 1000 fit in one request"
        assert refused.json["errors"] == [{"pointer": "/labels", "detail": detail}]


def test_a_retracted_label_lets_its_item_be_served_again(api: Api, runtime: Runtime) -> None:
    project = pool(api, "a", "b")
    write_ranking(runtime, project, [0, 1])
    api.batch(project, 1, "ana")
    api.label(project, {"a": "fine"}, "ana")
    label = api.get(f"{project}/labels")["data"][0]["id"]

    assert api.call("DELETE", f"{project}/labels/{label}").status_code == 204

    assert values(api, project) == []
    assert api.call("DELETE", f"{project}/labels/{label}").status_code == 404
    assert api.get(project)["counts"].items() >= {"labels": 0, "labelled": 0}.items()
    assert [item["key"] for item in api.batch(project, 1, "ben")["items"]] == ["a"]


def test_labels_need_no_lease(api: Api, runtime: Runtime) -> None:
    project = pool(api, "a", "b")
    write_ranking(runtime, project, [0, 1])
    held = api.batch(project, 1, "ana")

    api.label(project, {"a": "fine"}, "ben")

    rows = api.get(f"{project}/labels")["data"]
    assert [(row["annotator"], row["batch"], row["reason"]) for row in rows] == [
        ("ben", None, None)
    ]
    assert [item["key"] for item in held["items"]] == ["a"]
    assert api.get(project)["counts"]["leased"] == 0
    assert api.label(project, {"a": "defect"}, "ana")["recorded"] == 1


def test_a_late_label_keeps_its_batch_and_so_does_what_supersedes_it(
    api: Api, runtime: Runtime, clock: FrozenClock
) -> None:
    project = pool(api, "a")
    write_ranking(runtime, project, [0])
    batch = api.batch(project, 1)
    clock.advance(1000)

    api.label(project, {"a": "fine"})
    first = api.get(f"{project}/labels")["data"][0]
    api.label(project, {"a": "defect"})
    second = api.get(f"{project}/labels")["data"][0]

    assert (first["batch"], first["reason"]) == (batch["id"], "strategy")
    assert (second["batch"], second["reason"]) == (batch["id"], "strategy")


def test_the_training_set_leaves_the_audit_reserve_and_skips_out(api: Api) -> None:
    project = pool(api, *(f"i{number}" for number in range(60)), batch={"audit_share": 0.5})
    served = api.batch(project, 60)["items"]
    audit = {item["key"] for item in served if item["reason"] == "audit"}
    skipped = next(item["key"] for item in served if item["key"] not in audit)

    api.label(project, {item["key"]: None if item["key"] == skipped else "fine" for item in served})

    train = {key for key, _, _ in values(api, project, "?set=train&limit=1000")}
    assert 0 < len(audit) == api.get(project)["counts"]["audit"]
    assert train == {item["key"] for item in served} - audit - {skipped}
    assert api.call("GET", f"{project}/labels?set=test").status_code == 422


def test_exports_hold_what_the_list_holds(api: Api) -> None:
    project = pool(api, "a", "b,\n'\"", "ü")
    api.label(project, {"a": "fine", "b,\n'\"": "defect", "ü": None})
    listed = api.get(f"{project}/labels")["data"]

    def export(media_type: str) -> bytes:
        response = api.call("GET", f"{project}/labels", headers={"Accept": media_type})
        assert (response.status_code, response.mimetype) == (200, media_type)
        return response.data

    lines = [json.loads(line) for line in export("application/x-ndjson").splitlines()]
    table = list(csv.DictReader(io.StringIO(export("text/csv").decode(), newline="")))
    parquet = pq.read_table(io.BytesIO(export("application/vnd.apache.parquet"))).to_pylist()

    assert lines == parquet == listed
    assert [row["key"] for row in table] == [row["key"] for row in listed]
    assert [row["value"] or None for row in table] == [row["value"] for row in listed]
    empty = api.make_project()
    response = api.call("GET", f"{empty}/labels", headers={"Accept": "text/csv"})
    assert response.text.splitlines() == ["id,key,value,skip,annotator,at,batch,reason"]
