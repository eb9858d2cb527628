"""Bytes by digest in a local folder; it knows nothing of what they mean."""

import hashlib
import io
import os
import tempfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from service.errors import ServiceError

_INCOMING = "incoming"


class BlobMissing(ServiceError):
    """The blob store does not hold what the database says it should."""


class Blobs(Protocol):
    """A store of immutable bytes, each known by its SHA-256."""

    def put(self, data: bytes) -> str:
        """Keep bytes durably; answer their digest."""

    def receive(self, pieces: Iterable[bytes | memoryview]) -> str:
        """Keep bytes that are never whole in memory; if they break off, keep nothing."""

    def path(self, digest: str) -> Path:
        """A local file with these bytes, to map or to read a part of.

        Raises:
            BlobMissing: there are none.
        """

    def written_before(self, moment: datetime) -> Iterator[str]:
        """Digests of what was last written before a moment."""

    def remove(self, digest: str) -> None:
        """Forget bytes; it is no error when there are none."""

    def check(self) -> None:
        """Raise OSError unless the store can be written to."""


class LocalBlobs:
    """Blobs as files, in sub-folders by the first two digits of their digest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Write to a temporary file, sync it, rename it: never half a blob."""
        digest = hashlib.sha256(data).hexdigest()
        target = self._file(digest)
        if target.exists():
            target.touch()  # else the pruning of an older copy might take it
            return digest
        return self.receive([data])

    def receive(self, pieces: Iterable[bytes | memoryview]) -> str:
        """Write as they come, digest on the way; the file's name is known at the end."""
        incoming = self._folder / _INCOMING
        incoming.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=incoming)
        sha256 = hashlib.sha256()
        try:
            with os.fdopen(handle, "wb", buffering=0) as file:
                for piece in pieces:
                    sha256.update(piece)
                    _write(file, piece)
                os.fsync(file.fileno())
            target = self._file(sha256.hexdigest())
            target.parent.mkdir(exist_ok=True)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)
        return target.name

    def path(self, digest: str) -> Path:
        """The file itself."""
        target = self._file(digest)
        if not target.exists():
            raise BlobMissing(f"blob {digest} is not in {self._folder}")
        return target

    def written_before(self, moment: datetime) -> Iterator[str]:
        """Walk the folder; what a process that died was still writing goes at once."""
        for file in self._folder.glob(f"{_INCOMING}/*"):
            if file.stat().st_mtime < moment.timestamp():
                file.unlink(missing_ok=True)
        for file in self._folder.glob("[0-9a-f][0-9a-f]/*"):
            if file.stat().st_mtime < moment.timestamp():
                yield file.name

    def remove(self, digest: str) -> None:
        """Unlink the file; who has it mapped keeps it until they let go."""
        self._file(digest).unlink(missing_ok=True)

    def check(self) -> None:
        """Write and remove a file."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".check-") as file:
            file.write(b"ok")

    def _file(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


def open_blobs(url: str) -> Blobs:
    """Open the store that a URL names.

    Raises:
        ValueError: the URL is not `file:///…`.
    """
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc or not parts.path:
        raise ValueError(f"BLOB_URL={url!r} is not a file:///… URL")
    return LocalBlobs(Path(parts.path))


def _write(file: io.RawIOBase, piece: bytes | memoryview) -> None:
    left = memoryview(piece).cast("B")
    while left:
        left = left[file.write(left) or 0 :]


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
