"""Questions that wait for a worker's answer, which the API cannot give."""

from collections.abc import Mapping
from threading import BoundedSemaphore
from typing import Any
from uuid import uuid4

import orjson

from service.errors import Unavailable, retry_after
from service.runtime import Runtime


def ask(
    runtime: Runtime, question: Mapping[str, Any], *, waiting: BoundedSemaphore
) -> dict[str, Any]:
    """Ask, and wait for the answer.

    Raises:
        Unavailable: too many wait already, or no worker answered in time.
    """
    if not waiting.acquire(blocking=False):
        detail = "too many requests wait for a worker already"
        raise Unavailable(detail, headers=retry_after(1))
    try:
        return _answer(runtime, question)
    finally:
        waiting.release()


def _answer(runtime: Runtime, question: Mapping[str, Any]) -> dict[str, Any]:
    request_id = uuid4().hex
    seconds = runtime.settings.predict_timeout_seconds
    runtime.live.ask(request_id, orjson.dumps(question), seconds=seconds)
    if not runtime.queue.predict(request_id):
        raise Unavailable("the broker does not answer; try again soon", headers=retry_after(2))
    answer = runtime.live.wait(request_id, seconds=seconds)
    if answer is None:
        raise Unavailable(
            f"no worker answered within {seconds} s; is the predictor running?",
            headers=retry_after(5),
        )
    body: dict[str, Any] = orjson.loads(answer)
    if "error" in body:
        detail = f"the worker could not answer: {body['error']}"
        raise Unavailable(detail, headers=retry_after(5))
    return body
