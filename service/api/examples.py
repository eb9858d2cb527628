"""Examples in the contract: one story, which a test tells to the service word for word."""

from typing import Any

_PREDICTION = {
    "label": "defect",
    "confidence": 0.91,
    "probabilities": {"fine": 0.09, "defect": 0.91},
}
SENT: dict[str, dict[str, Any]] = {
    "create_project": {
        "name": "casting inspection",
        "task": {"type": "classification", "classes": ["fine", "defect"]},
        "input": {"type": "vector", "dimensions": 2},
        "retrain": {"min_labels": 2},
    },
    "change_project": {"strategy": "margin", "batch": {"audit_share": 0.2}},
    "register_items": {
        "items": [
            {"key": "img-001.png", "vector": [0.1, 0.2], "metadata": {"line": 3}},
            {"key": "img-002.png", "vector": [0.9, 0.7], "group": "line-4"},
        ]
    },
    "hand_out_batch": {"size": 10, "annotator": "ana"},
    "renew_batch": {"lease_seconds": 600},
    "record_labels": {
        "labels": [
            {"key": "img-001.png", "value": "defect", "annotator": "ana"},
            {"key": "img-002.png", "skip": True, "annotator": "ana"},
        ]
    },
    "start_run": {},
    "release_audit": {},
    "start_spot_check": {"size": 20, "annotator": "ana"},
    "start_simulation": {"strategies": ["auto", "random"], "seeds": 10, "batch_size": 10},
    "predict_items": {"items": [{"key": "img-003.png", "vector": [0.4, 0.5]}]},
    "create_key": {"name": "tool A", "role": "annotator"},
    "create_workspace": {"name": "plant 2"},
}
GIVEN: dict[str, dict[str, Any]] = {
    "register_items": {"registered": 2, "unchanged": 0},
    "record_labels": {
        "recorded": 2,
        "unchanged": 0,
        "run": {"id": "6c3d7a6e-3f0b-4a55-9c39-0f0f1f3a1c55", "state": "queued"},
    },
    "predict_items": {"version": 7, "predictions": [{"key": "img-003.png", **_PREDICTION}]},
}


def add(operation: dict[str, Any]) -> None:
    """Put the examples of an operation where tools look for them."""
    name = operation["operationId"]
    if name in SENT:
        operation["requestBody"]["content"]["application/json"]["example"] = SENT[name]
    if name in GIVEN:
        success = next(each for each in operation["responses"] if each.startswith("2"))
        content = operation["responses"][success]["content"]
        content["application/json"]["example"] = GIVEN[name]
