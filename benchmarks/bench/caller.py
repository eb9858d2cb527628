"""A manager's client that keeps its connection, streams what is large, and counts seconds."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx

from benchmarks.client import LIVE, Address, Refused

BYTES_AT_ONCE = 2**20
POLL_SECONDS = 0.01
SECONDS_TO_ANSWER = 600.0
FAILED = "failed"


class Caller:
    """Requests to one service; each that is refused raises."""

    def __init__(self, address: Address) -> None:
        self.http = httpx.Client(
            base_url=f"{address.url}/v1",
            headers={"Authorization": f"Bearer {address.key}"},
            timeout=SECONDS_TO_ANSWER,
        )

    def get(self, path: str) -> Any:
        """Give the body of a GET."""
        return body_of(self.http.get(path))

    def post(self, path: str, body: Any) -> Any:
        """Give the body that a POST answers."""
        return body_of(self.http.post(path, json=body))

    def upload(self, path: str, file: Path, *, media: str) -> httpx.Response:
        """Stream a file as the body of a POST; the answer may be a refusal."""
        headers = {"Content-Type": media, "Content-Length": str(file.stat().st_size)}
        return self.http.post(path, content=_chunks(file), headers=headers)

    def make_project(self, settings: Mapping[str, Any]) -> str:
        """Make a project; answer its path."""
        return f"/projects/{self.post('/projects', settings)['id']}"

    def label(self, project: str, answers: Mapping[str, str]) -> Any:
        """Post labels by key."""
        labels = [{"key": k, "value": v, "annotator": "bench"} for k, v in answers.items()]
        return self.post(f"{project}/labels", {"labels": labels})

    def runs(self, project: str) -> list[Any]:
        """Give the newest runs, newest first.

        Raises:
            Refused: one of them failed.
        """
        found: list[Any] = self.get(f"{project}/runs?limit=100")["data"]
        for run in found:
            if run["state"] == FAILED:
                raise Refused(f"a {run['kind']} run failed: {run['reason']}")
        return found

    def wait_until_idle(self, project: str, *, seconds: float) -> list[Any]:
        """Wait until no run is in flight; answer the newest runs."""
        until(
            lambda: not any(run["state"] in LIVE for run in self.runs(project)),
            f"an end of the runs of {project}",
            seconds=seconds,
            pause=0.1,
        )
        return self.runs(project)


@contextlib.contextmanager
def calling(address: Address) -> Iterator[Caller]:
    """Open a connection while the block runs."""
    caller = Caller(address)
    with caller.http:
        yield caller


def until(
    is_so: Callable[[], bool], what: str, *, seconds: float, pause: float = POLL_SECONDS
) -> None:
    """Wait for a condition.

    Raises:
        Refused: it does not come to hold in time.
    """
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise Refused(f"not within {seconds:.0f} s: {what}")
        time.sleep(pause)


def body_of(response: httpx.Response) -> Any:
    """Give the body of an answer.

    Raises:
        Refused: it is a refusal.
    """
    if not response.is_success:
        request = response.request
        said = f"{response.status_code} {response.text[:300]}"
        raise Refused(f"{request.method} {request.url.path}: {said}")
    return response.json() if response.content else None


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while chunk := source.read(BYTES_AT_ONCE):
            yield chunk
