"""Settings of a new project that are not acceptable."""

from typing import Any

import pytest

from tests.api import LEAST, Api


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": ""}, "/name"),
        ({"name": "x" * 201}, "/name"),
        ({"name": "a\x00b"}, "/name"),
        ({"name": "half \ud800"}, "/name"),
        ({"name": None}, "/name"),
        ({"task": {"classes": ["one"]}}, "/task/classes"),
        ({"task": {"classes": ["one", "one"]}}, "/task/classes"),
        ({"task": {"classes": ["one", "\x00"]}}, "/task/classes/1"),
        ({"task": {"classes": ["a", "b"], "type": "regression"}}, "/task/type"),
        ({"input": {"type": "vector"}}, "/input/dimensions"),
        ({"input": {"type": "vector", "dimensions": 0}}, "/input/dimensions"),
        ({"input": {"type": "vector", "dimensions": True}}, "/input/dimensions"),
        ({"input": {"type": "vector", "dimensions": 2.5}}, "/input/dimensions"),
        ({"input": {"type": "text", "dimensions": 2}}, "/input/dimensions"),
        ({"input": {"type": "sound"}}, "/input/type"),
        ({"input": {"type": "text", "encoder": "word2vec"}}, "/input/encoder"),
        ({"input": {"type": "vector", "dimensions": 2, "encoder": "tfidf"}}, "/input/encoder"),
        ({"input": {"type": "scores", "encoder": "minilm"}}, "/input/encoder"),
        ({"goal": {"type": "accuracy", "target": 1.5}}, "/goal/target"),
        ({"strategy": "best"}, "/strategy"),
        ({"estimator": "best"}, "/estimator"),
        ({"estimator": {"C": 1}}, "/estimator"),
        ({"batch": {"audit_share": 0.6}}, "/batch/audit_share"),
        ({"batch": {"audit_share": float("nan")}}, "/batch/audit_share"),
        ({"batch": {"share": 0.1}}, "/batch/share"),
        ({"retrain": {"min_labels": 0}}, "/retrain/min_labels"),
        ({"retrain": {"share": -0.1}}, "/retrain/share"),
        ({"retrain": {"max_wait_seconds": -1}}, "/retrain/max_wait_seconds"),
        ({"labels_per_item": 0}, "/labels_per_item"),
        ({"lease_seconds": 0}, "/lease_seconds"),
        ({"lease_seconds": 604_801}, "/lease_seconds"),
        ({"seed": -1}, "/seed"),
        ({"seed": 10**30}, "/seed"),
    ],
    ids=str,
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_setting_out_of_range_is_named(api: Api, change: Any, pointer: str) -> None:
    refused = api.call("POST", "/projects", json=LEAST | change)

    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json["errors"]] == [pointer]
    assert api.get("/projects")["data"] == []


def test_what_is_missing_is_named(api: Api) -> None:
    refused = api.call("POST", "/projects", json={})

    pointers = {error["pointer"] for error in refused.json["errors"]}
    assert pointers == {"/name", "/task", "/input"}
