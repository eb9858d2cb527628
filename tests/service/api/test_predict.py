"""Ad-hoc predictions over HTTP: the only call that waits for a worker."""

import dataclasses
import threading
import time
from typing import Any

import orjson
import pytest

from service.app import create_app
from service.live import Live
from service.runtime import Runtime
from tests.api import Api
from tests.fakes import AnsweringQueue, RecordingQueue
from tests.service.rows import write_version

ASKED = {"items": [{"key": "a", "vector": [0, 1]}, {"vector": [1, 0]}]}
SAID = {"label": "defect", "confidence": 0.91, "probabilities": {"fine": 0.09, "defect": 0.91}}


def with_parts(runtime: Runtime, key: str, **parts: Any) -> Api:
    """The API with other parts, and short waits."""
    settings = dataclasses.replace(
        runtime.settings, predict_timeout_seconds=1, predict_waiting=1, max_rows=2
    )
    changed = dataclasses.replace(runtime, **{"settings": settings} | parts)
    return Api(create_app(changed).test_client(), key)


def test_a_worker_answers_in_the_order_of_the_items(api: Api, runtime: Runtime) -> None:
    project = api.make_project()
    version = write_version(runtime, project)
    asked: list[Any] = []

    def work(request_id: str) -> None:
        asked.append(orjson.loads(runtime.live.question(request_id) or b""))
        predictions = [{"key": item["key"], **SAID} for item in asked[-1]["items"]]
        runtime.live.answer(request_id, orjson.dumps({"predictions": predictions}))

    served = with_parts(runtime, api.key, queue=AnsweringQueue(work=work))
    same = {"Idempotency-Key": "once"}
    first = served.call("POST", f"{project}/predict", json=ASKED, headers=same)
    second = served.call("POST", f"{project}/predict", json=ASKED, headers=same)

    assert first.status_code == 200
    assert first.json == {
        "version": 1,
        "predictions": [{"key": "a", **SAID}, {"key": None, **SAID}],
    }
    assert second.data == first.data
    assert [each["version_id"] for each in asked] == [version.id]
    assert asked[0]["items"][0] == {"key": "a", "text": None, "vector": "000000000000803f"}


def test_without_a_version_the_refusal_says_what_is_missing(api: Api) -> None:
    project = api.make_project()

    refused = api.call("POST", f"{project}/predict", json=ASKED)

    assert refused.status_code == 409
    assert "no version yet" in refused.json["detail"]


def test_items_that_do_not_fit_are_named(api: Api, runtime: Runtime) -> None:
    project = api.make_project()
    write_version(runtime, project)
    few = with_parts(runtime, api.key)

    def pointers(asker: Api, *items: Any) -> list[str]:
        refused = asker.call("POST", f"{project}/predict", json={"items": items})
        assert refused.status_code == 422
        return [error["pointer"] for error in refused.json["errors"]]

    assert pointers(api, {"vector": [0, 1]}, {"vector": [1]}) == ["/items/1/vector"]
    assert pointers(api, {"text": "a"}) == ["/items/0/text"]
    assert pointers(api, {"key": "a"}) == ["/items/0/vector"]
    assert pointers(few, *[{"vector": [0, 1]}] * 3) == ["/items"]


@pytest.mark.parametrize("where", ["no broker", "queue away", "no worker", "worker failed"])
def test_without_a_worker_it_is_503_soon_with_a_time_to_come_back(
    api: Api, runtime: Runtime, where: str
) -> None:
    project = api.make_project()
    write_version(runtime, project)

    def fail(request_id: str) -> None:
        runtime.live.answer(request_id, b'{"error": "no model"}')

    parts: dict[str, Any] = {
        "no broker": {"live": Live("redis://127.0.0.1:1/0", timeout=1)},
        "queue away": {"queue": RecordingQueue(is_up=False)},
        "no worker": {},
        "worker failed": {"queue": AnsweringQueue(work=fail)},
    }[where]

    began = time.monotonic()
    refused = with_parts(runtime, api.key, **parts).call("POST", f"{project}/predict", json=ASKED)

    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) >= 1
    assert time.monotonic() - began < 20  # a proxy gives up after 30


def test_only_so_many_requests_wait_at_once(api: Api, runtime: Runtime) -> None:
    project = api.make_project()
    write_version(runtime, project)
    waits, goes_on = threading.Event(), threading.Event()

    def work(request_id: str) -> None:
        waits.set()
        goes_on.wait(10)
        runtime.live.answer(request_id, b'{"predictions": []}')

    served = with_parts(runtime, api.key, queue=AnsweringQueue(work=work))
    statuses: list[int] = []

    def ask() -> None:
        client = Api(served.client.application.test_client(), api.key)
        statuses.append(client.call("POST", f"{project}/predict", json=ASKED).status_code)

    first = threading.Thread(target=ask)
    first.start()
    assert waits.wait(10)
    refused = served.call("POST", f"{project}/predict", json=ASKED)
    goes_on.set()
    first.join()

    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "1"
    assert statuses == [200]
    assert served.call("POST", f"{project}/predict", json=ASKED).status_code == 200
