"""Predictions for items that need not be registered: the only call that waits for a worker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Any
from uuid import UUID, uuid4

import orjson

from service.actions import contents, receipts
from service.actions.access import Caller
from service.actions.predictions import no_version
from service.domain.catalogue import InputType
from service.domain.contents import Question
from service.errors import Conflict, Unavailable, retry_after
from service.runtime import Runtime
from service.store import projects, versions


@dataclass(frozen=True, kw_only=True)
class Predicted:
    """Predictions in the order of the questions, each as it goes over the wire."""

    version: int
    predictions: Sequence[Mapping[str, Any]]


def ask(
    runtime: Runtime,
    caller: Caller,
    uid: UUID,
    questions: Sequence[Question],
    *,
    waiting: BoundedSemaphore,
) -> Predicted:
    """Ask a worker what the version in use says.

    Raises:
        Conflict: there is no version yet.
        Unavailable: too many wait already, or no worker answered in time.
    """
    with runtime.readers() as session:
        project = projects.get(session, caller.workspace_id, uid)
        if project.input_type == InputType.SCORES:
            raise Conflict("the model of this project is yours: there is none here to ask")
        contents.check(project, questions)
        version = versions.find(session, project.version_id)
    if version is None:
        raise no_version(project)
    if not waiting.acquire(blocking=False):
        raise Unavailable("too many requests wait for predictions already", headers=retry_after(1))
    try:
        answer = _wait(runtime, version.id, questions)
    finally:
        waiting.release()
    predicted = Predicted(version=version.number, predictions=answer)
    if caller.repeatable is not None:
        with runtime.sessions.begin() as session:
            receipts.keep(session, caller, predicted, at=runtime.now())
    return predicted


def _wait(
    runtime: Runtime, version_id: int, questions: Sequence[Question]
) -> Sequence[Mapping[str, Any]]:
    request_id = uuid4().hex
    seconds = runtime.settings.predict_timeout_seconds
    runtime.live.ask(request_id, _pack(version_id, questions), seconds=seconds)
    if not runtime.queue.predict(request_id):
        raise Unavailable("the broker does not answer; try again soon", headers=retry_after(2))
    answer = runtime.live.wait(request_id, seconds=seconds)
    if answer is None:
        raise Unavailable(
            f"no worker answered within {seconds} s; is the predictor running?",
            headers=retry_after(5),
        )
    body = orjson.loads(answer)
    if "error" in body:
        detail = f"the worker could not predict: {body['error']}"
        raise Unavailable(detail, headers=retry_after(5))
    predictions: Sequence[Mapping[str, Any]] = body["predictions"]
    return predictions


def _pack(version_id: int, questions: Sequence[Question]) -> bytes:
    return orjson.dumps(
        {
            "version_id": version_id,
            "items": [
                {
                    "key": question.key,
                    "text": question.text,
                    "vector": question.vector.hex() if question.vector is not None else None,
                }
                for question in questions
            ],
        }
    )
