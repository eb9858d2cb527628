"""The service that is measured: started whole or in parts, with a folder of its own, and ended."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import machine
from benchmarks.bench.postgres import postgres
from benchmarks.bench.site import ROOT, Site
from benchmarks.client import Address, Refused

PROCESSES = 2
"""Worker processes, on the two cores that the targets are about."""

START_SECONDS = 90.0
LOG_LINES = 15
# What the environment of the person who measures must not change.
NOT_THEIRS = (*machine.NOT_OURS, "WORKER_PROCESSES", "API_PROCESSES", "API_THREADS", "LOG_LEVEL")


@dataclass(frozen=True, kw_only=True)
class Service:
    """A service that answers, and the process above all of its own."""

    address: Address
    folder: Path
    process: int
    database: str = ""


@contextlib.contextmanager
def on_postgres(
    site: Site, name: str, settings: Mapping[str, str] | None = None
) -> Iterator[Service]:
    """A whole service on a PostgreSQL of its own."""
    with (
        postgres(site) as url,
        whole(site, name, {"DATABASE_URL": url, **(settings or {})}) as service,
    ):
        yield service


@contextlib.contextmanager
def whole(site: Site, name: str, settings: Mapping[str, str] | None = None) -> Iterator[Service]:
    """`python -m service run` in a folder of its own; SQLite unless the settings say otherwise."""
    folder, port = site.path(name), machine.free_port()
    folder.mkdir()
    given = {"WORKER_PROCESSES": str(PROCESSES), **(settings or {})}
    given |= {"DATA_DIR": str(folder), "PORT": str(port)}
    url = f"http://127.0.0.1:{port}"
    try:
        words = [sys.executable, "-m", "service", "run"]
        with running(words, given, log=folder / "run.log") as process:
            until_ready(url, process, folder / "run.log")
            yield Service(
                address=Address(url=url, key=(folder / "admin.key").read_text().strip()),
                folder=folder,
                process=process.pid,
                database=given.get("DATABASE_URL", ""),
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running(
    words: Sequence[str], settings: Mapping[str, str], *, log: Path, core: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process of our own with these settings and no others, on one core if one is named."""
    rest = {name: value for name, value in os.environ.items() if name not in NOT_THEIRS}
    with log.open("ab") as said:
        process = subprocess.Popen(
            words,
            cwd=ROOT,
            env={**rest, **settings},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for the benchmark, which then stops the service in good order.
            start_new_session=True,
        )
    try:
        if core is not None:
            os.sched_setaffinity(process.pid, {core})
        yield process
    finally:
        machine.stop(process)


def until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a service answers.

    Raises:
        Refused: it does not.
    """
    deadline = time.monotonic() + START_SECONDS
    while not machine.answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            end = "\n".join(log.read_text(errors="replace").splitlines()[-LOG_LINES:])
            raise Refused(f"the service did not start:\n{end}")
        time.sleep(0.1)
