"""Files that are being written: without a name of their own until they are whole."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

PREFIX = ".part-"
_CHUNK = 2**20


@dataclass(frozen=True, kw_only=True)
class Part:
    """A file that is written and closed, and not yet under its name."""

    file: Path
    digest: str
    size: int


@contextmanager
def written(folder: Path, chunks: Iterable[bytes | memoryview]) -> Iterator[Part]:
    """Write chunks to a file in a folder, synced; it is gone afterwards unless it was renamed."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, prefix=PREFIX)
    digest, size = hashlib.sha256(), 0
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        yield Part(file=Path(name), digest=digest.hexdigest(), size=size)
    finally:
        Path(name).unlink(missing_ok=True)


def chunks_of(file: Path) -> Iterator[bytes]:
    """The bytes of a file, a piece at a time."""
    with file.open("rb") as opened:
        while chunk := opened.read(_CHUNK):
            yield chunk


def forget(folder: Path, before: datetime) -> None:
    """Remove what died while it was written: one that lives grows, so that its time moves on."""
    for file in folder.glob(f"{PREFIX}*"):
        try:
            if file.stat().st_mtime < before.timestamp():
                file.unlink()
        except FileNotFoundError:  # it has just become whole, or somebody else removed it
            continue


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
