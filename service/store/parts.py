"""Files that are being written: without a name of their own until they are whole."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from service.store import digests, pagecache

PREFIX = ".part-"
_CHUNK = 2**20
_WORTH_A_THREAD = 2**17
"""Bytes that take longer to copy than a thread to be given them."""
_STRETCH = 2**24
"""Bytes that the disk is given at once."""


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
    try:
        with os.fdopen(handle, "wb") as file:
            digest, size = _write(file, chunks)
            file.flush()
            os.fsync(file.fileno())
        yield Part(file=Path(name), digest=digest, size=size)
    finally:
        Path(name).unlink(missing_ok=True)


def _write(file: BinaryIO, chunks: Iterable[bytes | memoryview]) -> tuple[str, int]:
    """Write chunks, each while it is digested and the next one comes; answer digest and size.

    A large upload is read, digested and copied for seconds each: two cores share them. There is
    never more than one chunk that is not written.
    """
    digest, size = digests.begin(), 0
    with ThreadPoolExecutor(max_workers=1) as writer:
        behind: Future[None] | None = None
        for chunk in chunks:
            if behind is not None:
                behind.result()
            behind = None
            if len(chunk) < _WORTH_A_THREAD:
                _put(file, chunk, size)
            else:
                behind = writer.submit(_put, file, chunk, size)
            digest.update(chunk)
            size += len(chunk)
        if behind is not None:
            behind.result()
    return digest.hexdigest(), size


def _put(file: BinaryIO, chunk: bytes | memoryview, begins: int) -> None:
    """Write a chunk, and have the disk begin with each stretch that is whole by now.

    Else it would begin with the sync at the end, which would wait for all of it.
    """
    file.write(chunk)
    first, last = begins // _STRETCH, (begins + len(chunk)) // _STRETCH
    if last > first:
        file.flush()
        pagecache.let_go(file, begins=first * _STRETCH, ends=last * _STRETCH)


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
