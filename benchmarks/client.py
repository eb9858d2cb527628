"""The service as a client sees it, as far as the benchmarks need it."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import httpx

ROWS = 1000
"""Most items, labels or predictions in one request."""

POLL_SECONDS = 0.02
PATIENCE_SECONDS = 180.0
LIVE = ("queued", "running")


class Refused(Exception):
    """The service did not do what was asked; the message is its own."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a service is, and the key that opens it."""

    url: str
    key: str


class Client:
    """A manager's tool and a simulated annotator in one."""

    def __init__(self, address: Address, *, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(
            base_url=f"{address.url}/v1",
            headers={"Authorization": f"Bearer {address.key}"},
            timeout=60,
            transport=transport,
        )

    def __enter__(self) -> "Client":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def make_project(self, settings: Mapping[str, Any]) -> str:
        """Make a project; answer its path."""
        return f"/projects/{self._ask('POST', '/projects', settings)['id']}"

    def projects(self) -> list[str]:
        """Paths of the oldest projects of the workspace."""
        return [f"/projects/{each['id']}" for each in self._ask("GET", "/projects")["data"]]

    def delete(self, project: str) -> None:
        """Delete a project."""
        tag = self._http.get(project).headers["ETag"]
        self._ask("DELETE", project, headers={"If-Match": tag})

    def register(self, project: str, vectors: Mapping[str, Sequence[float]]) -> None:
        """Register vectors by key, in this order, and wait until they are ranked."""
        for rows in _stretches(list(vectors.items())):
            items = [{"key": key, "vector": vector} for key, vector in rows]
            self._ask("POST", f"{project}/items", {"items": items})
        self.settle(project)

    def batch(self, project: str, size: int) -> list[str]:
        """Get the keys of the next items; none when there are no more."""
        wish = {"size": size, "annotator": "expert"}
        answer = self._ask("POST", f"{project}/batches", wish)
        return [item["key"] for item in answer["items"]]

    def label(self, project: str, values: Mapping[str, str]) -> int:
        """Post labels and wait for what follows from them; see `settle`."""
        labels = [{"key": k, "value": v, "annotator": "expert"} for k, v in values.items()]
        self._ask("POST", f"{project}/labels", {"labels": labels})
        return self.settle(project)

    def settle(self, project: str) -> int:
        """Wait until nothing runs but reports; answer how many labels the ranking has not seen.

        Raises:
            Refused: the last run failed, or does not end.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            listed = self._ask("GET", f"{project}/runs?limit=10")["data"]
            runs = [run for run in listed if run["kind"] != "report"]
            if not any(run["state"] in LIVE for run in runs):
                break
            if time.monotonic() > deadline:
                raise Refused(f"a run has not ended in {PATIENCE_SECONDS:.0f} s: {runs[0]}")
            time.sleep(POLL_SECONDS)
        if runs and runs[0]["state"] == "failed":
            raise Refused(runs[0]["reason"])
        ranking = self._ask("GET", project)["ranking"]
        return int(ranking["labels_since"]) if ranking else 0

    def predict(self, project: str, vectors: Sequence[Sequence[float]]) -> list[str] | None:
        """Get the labels that the version in use gives to items; none if there is no version."""
        labels: list[str] = []
        for rows in _stretches(list(vectors)):
            answer = self._predict(project, [{"vector": row} for row in rows])
            if answer is None:
                return None
            labels += [each["label"] for each in answer["predictions"]]
        return labels

    def _predict(self, project: str, items: list[Any]) -> Any:
        """Ask once more for each 503: all places to wait may have been taken."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            response = self._http.post(f"{project}/predict", json={"items": items})
            if response.status_code == httpx.codes.CONFLICT:
                return None
            if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return _body(response)
            if time.monotonic() > deadline:
                raise Refused(_reason(response))
            time.sleep(float(response.headers.get("Retry-After", 1)))

    def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        return _body(self._http.request(method, path, json=body, headers=headers))


def _body(response: httpx.Response) -> Any:
    if not response.is_success:
        raise Refused(_reason(response))
    return response.json() if response.content else None


def _reason(response: httpx.Response) -> str:
    request = f"{response.request.method} {response.request.url.path}"
    try:
        problem = response.json()
        faults = [f"{each['pointer']} {each['detail']}" for each in problem.get("errors", [])]
        return f"{request}: {problem['detail']}" + (f" ({'; '.join(faults)})" if faults else "")
    except (ValueError, TypeError, KeyError):
        return f"{request}: {response.status_code} {response.text[:300]}"


def _stretches(rows: list[Any]) -> Iterator[list[Any]]:
    for first in range(0, len(rows), ROWS):
        yield rows[first : first + ROWS]
