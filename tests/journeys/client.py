"""The service as a client far away uses it: httpx, a key, and short words."""

import time
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any

import httpx

from service.store.reports import MOST_REST

_AT_ONCE = 1000
_LIVE = {"queued", "running"}


class Client:
    """A client with a key and a connection of its own; each thread takes another."""

    def __init__(self, base: str, key: str) -> None:
        self.base = base
        self.key = key
        self.http = httpx.Client(
            base_url=base, headers={"Authorization": f"Bearer {key}"}, timeout=40
        )

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.http.close()

    def get(self, path: str) -> Any:
        """The body of a GET that must succeed."""
        return self._body(self.http.get(path), 200)

    def post(self, path: str, body: Any, status: int) -> Any:
        """The body of a POST that must answer a status."""
        return self._body(self.http.post(path, json=body), status)

    def pages(self, path: str) -> list[Any]:
        """All that a list holds, page after page."""
        rows: list[Any] = []
        cursor = None
        while True:
            here = {"limit": "1000"} | ({"cursor": cursor} if cursor else {})
            page = self._body(self.http.get(path, params=here), 200)
            rows += page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return rows

    def make_project(self, *, classes: Sequence[str], **more: Any) -> str:
        """Make a project; answer its path."""
        task = {"type": "classification", "classes": list(classes)}
        body = {"name": "journey", "task": task, "seed": 1} | more
        return f"/projects/{self.post('/projects', body, 201)['id']}"

    def register(self, project: str, contents: Mapping[str, Any], field: str = "vector") -> None:
        """Register items by key, a thousand at a time."""
        items = [{"key": key, field: content} for key, content in contents.items()]
        for first in range(0, len(items), _AT_ONCE):
            part = items[first : first + _AT_ONCE]
            said = self.post(f"{project}/items", {"items": part}, 201)
            assert said["registered"] == len(part)

    def label(self, project: str, answers: Mapping[str, str | None], annotator: str = "ana") -> Any:
        """Post labels by key; none is a skip."""
        return self.post(f"{project}/labels", {"labels": wire(answers, annotator)}, 202)

    def batch(
        self, project: str, size: int, annotator: str = "ana", *, explain: bool = True
    ) -> Any:
        """Ask for a batch."""
        asked = {"size": size, "annotator": annotator}
        query = "?explain=true" if explain else ""
        return self.post(f"{project}/batches{query}", asked, 201)

    def predict(self, project: str, contents: Iterable[Any], field: str = "vector") -> Any:
        """Ask what the version in use says."""
        items = [{"key": str(at), field: content} for at, content in enumerate(contents)]
        return self.post(f"{project}/predict", {"items": items}, 200)

    def wait_for_ranking(self, project: str, *, labels_since: int = 0, seconds: float = 30) -> Any:
        """Wait until nothing is in flight and the ranking knows all labels; answer the project."""
        begun = time.monotonic()
        while True:
            seen, live = self.get(project), self.live_runs(project)
            ranking = seen["ranking"]
            if ranking and ranking["labels_since"] <= labels_since and not live:
                return seen
            is_in_time = time.monotonic() - begun < seconds + _rest(live)
            assert is_in_time, (seen, self.get(f"{project}/runs?limit=5"))
            time.sleep(0.02)

    def wait_until_idle(self, project: str, *, seconds: float = 30) -> list[Any]:
        """Wait until no run is in flight; answer the newest runs as they then were."""
        begun = time.monotonic()
        while live := _live(runs := self._newest_runs(project)):
            assert time.monotonic() - begun < seconds + _rest(live), live
            time.sleep(0.05)
        return runs

    def live_runs(self, project: str) -> list[Any]:
        """Runs that are not over."""
        return _live(self._newest_runs(project))

    def _newest_runs(self, project: str) -> list[Any]:
        return list(self.get(f"{project}/runs?limit=20")["data"])

    @staticmethod
    def _body(response: httpx.Response, status: int) -> Any:
        assert response.status_code == status, (response.request.url, response.text)
        return response.json()


def _live(runs: Sequence[Any]) -> list[Any]:
    return [run for run in runs if run["state"] in _LIVE]


def _rest(live: Sequence[Mapping[str, Any]]) -> float:
    """Seconds more that may go by while all that is left is a report, which rests by design."""
    is_rest = bool(live) and all(run["kind"] == "report" for run in live)
    return MOST_REST.total_seconds() if is_rest else 0.0


def wire(answers: Mapping[str, str | None], annotator: str) -> list[dict[str, Any]]:
    """Labels as they are posted."""
    return [
        {"key": key, "annotator": annotator}
        | ({"skip": True} if value is None else {"value": value})
        for key, value in answers.items()
    ]
