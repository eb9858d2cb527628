"""Bytes by digest, and the store that is a local folder; it knows nothing of what they mean."""

import os
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Protocol

from service.errors import ServiceError, Unavailable
from service.store import digests, parts

DIGEST = re.compile(rf"[0-9a-f]{{{digests.DIGITS}}}")


class BlobMissing(ServiceError):
    """The blob store does not hold what the database says it should."""


class BlobCorrupt(ServiceError):
    """The blob store answered with other bytes than the digest names."""


class BlobStoreAway(Unavailable):
    """The blob store does not answer, or refuses to."""


class Blobs(Protocol):
    """A store of immutable bytes, each known by its digest."""

    def __hash__(self) -> int:
        """A store is one thing, whatever it holds."""

    def put(self, data: bytes) -> str:
        """Keep bytes durably; answer their digest."""

    def receive(self, chunks: Iterable[bytes | memoryview]) -> str:
        """Keep a stream of any length durably; of one that breaks off nothing remains."""

    def put_file(self, file: Path) -> str:
        """Keep a copy of a file's bytes durably; answer their digest."""

    def path(self, digest: str) -> Path:
        """A local file with these bytes, to be opened or mapped soon.

        Raises:
            BlobMissing: there are none.
            BlobCorrupt: there are others.
            BlobStoreAway: it cannot be known.
        """

    def open(self, digest: str) -> BinaryIO:
        """The same, opened: it stays readable whatever becomes of the file."""

    def written_before(self, moment: datetime) -> Iterator[str]:
        """Digests of what was last written before a moment."""

    def remove(self, digest: str) -> None:
        """Forget bytes; it is no error when there are none."""

    def forget_parts(self, before: datetime) -> None:
        """Remove what writers that died before a moment left half written."""

    def check(self) -> None:
        """Raise OSError or BlobStoreAway unless the store can be written to."""


class LocalBlobs:
    """Blobs as files, in sub-folders by the first two digits of their digest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Write what is not there yet."""
        digest = digests.of(data)
        return digest if self._is_there(digest) else self.receive([data])

    def receive(self, chunks: Iterable[bytes | memoryview]) -> str:
        """Write to a temporary file, sync it, rename it: never half a blob."""
        with parts.written(self._folder, chunks) as part:
            if not self._is_there(part.digest):
                target = self._file(part.digest)
                if not target.parent.exists():
                    target.parent.mkdir(exist_ok=True)
                    parts.sync_folder(self._folder)
                part.file.replace(target)
                parts.sync_folder(target.parent)
        return part.digest

    def put_file(self, file: Path) -> str:
        """Read it in pieces."""
        return self.receive(parts.chunks_of(file))

    def path(self, digest: str) -> Path:
        """The file itself."""
        target = self._file(digest)
        if not target.exists():
            raise BlobMissing(f"blob {digest} is not in {self._folder}")
        return target

    def open(self, digest: str) -> BinaryIO:
        """The file itself, opened."""
        return self.path(digest).open("rb")

    def written_before(self, moment: datetime) -> Iterator[str]:
        """Walk the folder."""
        for file in self._folder.glob("[0-9a-f][0-9a-f]/*"):
            if DIGEST.fullmatch(file.name) and file.stat().st_mtime < moment.timestamp():
                yield file.name

    def remove(self, digest: str) -> None:
        """Unlink the file; who has it mapped keeps it until they let go."""
        self._file(digest).unlink(missing_ok=True)

    def forget_parts(self, before: datetime) -> None:
        """Look into the folder that they are written in."""
        parts.forget(self._folder, before)

    def check(self) -> None:
        """Write and remove a file."""
        with parts.written(self._folder, [b"ok"]):
            pass

    def _is_there(self, digest: str) -> bool:
        """Whether there is a file already; its time is set, else pruning might take it."""
        try:
            os.utime(self._file(digest))
        except FileNotFoundError:
            return False
        return True

    def _file(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest
