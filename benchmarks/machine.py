"""The service that is measured: one that runs already, or one of our own while it takes."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks.client import Address, Refused

ROOT = Path(__file__).parent.parent
LOG = "run.log"
START_SECONDS = 90.0
STOP_SECONDS = 20.0
# A service of our own must not write into a database that the environment names.
NOT_OURS = ("DATABASE_URL", "REDIS_URL", "BLOB_URL", "RATE_LIMIT", "HOST")


def answers(url: str) -> bool:
    """Whether a service is ready at a URL."""
    try:
        return httpx.get(f"{url}/readyz", timeout=2).is_success
    except httpx.HTTPError:
        return False


def key_of(environ: Mapping[str, str]) -> str | None:
    """The admin key that `make run` has left in `DATA_DIR`, if it can be read."""
    try:
        return (Path(environ.get("DATA_DIR") or ".data") / "admin.key").read_text().strip()
    except OSError:
        return None


@contextmanager
def own() -> Iterator[Address]:
    """Start a service in a folder that lasts as long as it does, and stop it at the end.

    Raises:
        Refused: it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="benchmark-", ignore_cleanup_errors=True) as folder:
        port, data = free_port(), Path(folder)
        process = _start(data, port)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait(process, url, data / LOG)
            yield Address(url=url, key=(data / "admin.key").read_text().strip())
        finally:
            stop(process)


def free_port() -> int:
    """Give a port on which nobody listens now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process: in good order if it does that within some seconds, else at once."""
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _start(data: Path, port: int) -> subprocess.Popen[bytes]:
    rest = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    with (data / LOG).open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "service", "run"],
            cwd=ROOT,
            env={**rest, "DATA_DIR": str(data), "PORT": str(port)},
            stdout=log,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for this program, which then stops the service in good order.
            start_new_session=True,
        )


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise Refused(f"the service did not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.1)
