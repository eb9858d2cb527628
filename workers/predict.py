"""Questions of those who wait: taken from Redis, answered there."""

from typing import Any

import numpy as np
import orjson
import structlog

from service.runtime import Runtime
from service.store.tables.learning import Version
from workers import nearest
from workers.encoders import text, vector
from workers.learning import fitted
from workers.learning.arrays import Matrix
from workers.learning.fitted import Outputs
from workers.pool import models

log = structlog.get_logger(__name__)


def answer(runtime: Runtime, request_id: str) -> None:
    """Answer a waiting request; one whose question has expired is nobody's any more."""
    question = runtime.live.question(request_id)
    if question is None:
        return
    try:
        body = _answer(runtime, orjson.loads(question))
    except Exception as error:  # the task boundary: who waits is told
        log.exception("prediction failed", request=request_id)
        body = {"error": f"{type(error).__name__}: {error}"}
    runtime.live.answer(request_id, orjson.dumps(body))


def _answer(runtime: Runtime, question: dict[str, Any]) -> dict[str, Any]:
    if "near" in question:
        return nearest.find(runtime, question)
    with runtime.readers() as session:
        version = session.get_one(Version, question["version_id"])
    model = models.load(runtime.blobs.path(version.model), version.model)
    said = fitted.outputs(model, _features(question["items"]))
    keys = [item["key"] for item in question["items"]]
    return {"predictions": _predictions(said, version.classes, keys)}


def _features(items: list[dict[str, Any]]) -> Matrix:
    if items[0]["text"] is not None:
        return text.encode([item["text"] for item in items])
    rows = [bytes.fromhex(item["vector"]) for item in items]
    return vector.decode(rows, len(rows[0]) // vector.BYTES_PER_NUMBER)


def _predictions(said: Outputs, classes: list[str], keys: list[str | None]) -> list[dict[str, Any]]:
    confidence = np.take_along_axis(said.proba, said.label[:, None], axis=1)[:, 0]
    return [
        {
            "key": key,
            "label": classes[label],
            "confidence": sure,
            "probabilities": dict(zip(classes, row, strict=True)),
        }
        for key, label, sure, row in zip(
            keys, said.label.tolist(), confidence.tolist(), said.proba.tolist(), strict=True
        )
    ]
