"""Questions of those who wait: taken from Redis, answered there."""

from typing import Any

import numpy as np
import orjson
import structlog

from service.domain.contents import Question
from service.runtime import Runtime
from service.store.tables.learning import Version
from service.store.tables.pool import Project
from workers import nearest
from workers.encoders import inputs
from workers.learning import fitted
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
        project = session.get_one(Project, version.project_id)
    model = models.load(runtime.blobs.path(version.model), version.model)
    items = [_unpacked(item) for item in question["items"]]
    said = fitted.outputs(model, inputs.encode(runtime.settings, project, items))
    return {"predictions": _predictions(said, version.classes, [item.key for item in items])}


def _unpacked(item: dict[str, Any]) -> Question:
    vector = None if item["vector"] is None else bytes.fromhex(item["vector"])
    return Question(key=item["key"], text=item["text"], vector=vector)


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
