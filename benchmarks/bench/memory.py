"""Peaks of private memory of the processes of a service, looked at five times a second."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOOK_EVERY = 0.2

API, WORKER, PREDICTOR, OTHER = "api", "worker", "predictor", "other"


class Peaks:
    """The most RssAnon of any one process of a kind, in bytes."""

    def __init__(self) -> None:
        self.highest: dict[str, int] = {}

    def look(self, ancestor: int) -> None:
        """Look once at a process and all that descend from it."""
        for process in _descendants(ancestor):
            kind, size = kind_of(_command(process)), private_bytes(process)
            self.highest[kind] = max(self.highest.get(kind, 0), size)


@contextmanager
def watched(ancestor: int) -> Iterator[Peaks]:
    """Watch a process and its descendants while the block runs."""
    peaks, over = Peaks(), threading.Event()

    def watch() -> None:
        while not over.wait(LOOK_EVERY):
            peaks.look(ancestor)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peaks
    finally:
        over.set()
        thread.join()


def kind_of(command: str) -> str:
    """Tell from a command line what a process does.

    >>> kind_of("python -X service=/d -m gunicorn -c python:service.serving service.wsgi:app")
    'api'
    >>> kind_of("python -X service=/d -m workers"), kind_of("python -m workers predict")
    ('worker', 'predictor')
    """
    if "gunicorn" in command:
        return API
    found = re.search(r"-m workers( predict)?", command)
    if found is None:
        return OTHER
    return PREDICTOR if found.group(1) else WORKER


def private_bytes(process: int) -> int:
    """Give RssAnon of a process; 0 if it is gone."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"^RssAnon:\s+(\d+) kB", status, re.M)
    return int(found.group(1)) * 1024 if found else 0


def _command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def _descendants(ancestor: int) -> list[int]:
    """Give a process and all below it."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # The name, in brackets, may hold anything; the parent follows the state.
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        children.setdefault(parent, []).append(int(folder.name))
    found = [ancestor]
    for process in found:
        found += children.get(process, [])
    return found
