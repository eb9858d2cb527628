"""A blob store in whose middle something else happens: after the work, before it is saved."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from service.runtime import Runtime
from service.store.blobs import Blobs


class InterruptedBlobs:
    """The real store; the first time that it is used, something happens before."""

    def __init__(self, blobs: Blobs, meanwhile: Callable[[], object]) -> None:
        self._blobs = blobs
        self._meanwhile: Callable[[], object] | None = meanwhile

    def put(self, data: bytes) -> str:
        """Let it happen, once; then keep bytes."""
        self._let_it_happen()
        return self._blobs.put(data)

    def receive(self, pieces: Iterable[bytes | memoryview]) -> str:
        """Let it happen, once; then keep bytes."""
        happen, self._meanwhile = self._meanwhile, None
        if happen is not None:
            happen()
        return self._blobs.receive(pieces)

    def path(self, digest: str) -> Path:
        """Let it happen, once; then give the file with these bytes."""
        self._let_it_happen()
        return self._blobs.path(digest)

    def open(self, digest: str) -> BinaryIO:
        """The file with these bytes, opened."""
        return self._blobs.open(digest)

    def put_file(self, file: Path) -> str:
        """Keep a file."""
        return self._blobs.put_file(file)

    def forget_parts(self, before: datetime) -> None:
        """Remove what was left half written."""
        self._blobs.forget_parts(before)

    def written_before(self, moment: datetime) -> Iterator[str]:
        """What was written before a moment."""
        return self._blobs.written_before(moment)

    def remove(self, digest: str) -> None:
        """Forget bytes."""
        self._blobs.remove(digest)

    def check(self) -> None:
        """Raise OSError unless the store can be written to."""
        self._blobs.check()

    def _let_it_happen(self) -> None:
        happen, self._meanwhile = self._meanwhile, None
        if happen is not None:
            happen()


def interrupted(runtime: Runtime, meanwhile: Callable[[], object]) -> Runtime:
    """The same runtime, for a stage that is interrupted before it saves."""
    return replace(runtime, blobs=InterruptedBlobs(runtime.blobs, meanwhile))
