"""People who keep on labelling whatever dies, and who remember what was acknowledged."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any

import httpx

from tests.journeys.client import Client, wire

PEOPLE = 4
PAUSE = 0.5


class Load:
    """Labels come from several people at once until the block is left."""

    def __init__(self, connect: Callable[[], Client], project: str, truth: Mapping[str, str]):
        self.acknowledged: set[tuple[str, str, str]] = set()
        """Key, person and value of each label whose 202 came."""
        self.refusals: list[str] = []
        self.failures = 0
        """Requests that got no answer at all."""
        self._connect = connect
        self._project = project
        self._truth = truth
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(PEOPLE)
        self._people: list[Future[None]] = []

    def __enter__(self) -> "Load":
        self._people = [self._pool.submit(self._label, f"person-{n}") for n in range(PEOPLE)]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._pool.shutdown()
        for person in self._people:
            person.result()

    def _label(self, name: str) -> None:
        with self._connect() as client:
            while not self._stop.wait(PAUSE):
                try:
                    self._label_a_batch(client.http, name)
                except httpx.TransportError:
                    self.failures += 1

    def _label_a_batch(self, http: httpx.Client, name: str) -> None:
        batch = self._ask(http, "batches", {"size": 5, "annotator": name}, 201)
        if batch is None or not batch["items"]:
            return
        answers = {item["key"]: self._truth[item["key"]] for item in batch["items"]}
        if self._ask(http, "labels", {"labels": wire(answers, name)}, 202) is not None:
            self.acknowledged |= {(key, name, value) for key, value in answers.items()}

    def _ask(self, http: httpx.Client, what: str, body: Any, status: int) -> Any:
        response = http.post(f"{self._project}/{what}", json=body)
        if response.status_code == status:
            return response.json()
        self.refusals.append(f"{what}: {response.status_code} {response.text}")
        return None
