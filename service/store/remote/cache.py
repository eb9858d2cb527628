"""Copies of blobs as local files, bounded in bytes; the processes of a machine share them."""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from service.store import parts
from service.store.parts import Part

# Who was given a path has this long to open it: until then it is not evicted. The bound may be
# passed by what was used within this time.
GRACE = timedelta(seconds=60)
_ABANDONED = timedelta(hours=1)


class Cache:
    """Files by digest; the time of a file is that of its last use.

    Giving out a path and evicting exclude each other by a lock on a file: what was given out is
    fresh before anybody can judge it. Locks are of the system's, so those of a dead process are
    free.
    """

    def __init__(self, folder: Path, *, limit: int, grace: timedelta = GRACE) -> None:
        self._folder = folder
        self._limit = limit
        self._grace = grace

    def find(self, digest: str) -> Path | None:
        """A file, marked as used now."""
        file = self._folder / digest
        with self._lock("use", fcntl.LOCK_SH):
            try:
                os.utime(file)
            except FileNotFoundError:
                return None
        return file

    def fetching(self, digest: str) -> AbstractContextManager[object]:
        """Only one at a time fetches a blob; the others find it when they have waited."""
        return self._lock(f"fetch-{digest[:2]}", fcntl.LOCK_EX)

    def written(self, chunks: Iterable[bytes | memoryview]) -> AbstractContextManager[Part]:
        """Write a file that may be kept."""
        return parts.written(self._folder, chunks)

    def keep(self, part: Part) -> Path:
        """Take a file in under its digest."""
        file = self._folder / part.digest
        with self._lock("use", fcntl.LOCK_SH):
            part.file.replace(file)
            os.utime(file)
        self.make_room()
        return file

    def drop(self, digest: str) -> None:
        """Forget a file."""
        (self._folder / digest).unlink(missing_ok=True)

    def forget_parts(self, before: datetime) -> None:
        """Remove what was abandoned half written."""
        parts.forget(self._folder, before)

    def make_room(self, size: int = 0) -> None:
        """Evict what was used longest ago until so many bytes more are within the bound."""
        with self._lock("use", fcntl.LOCK_EX) as now:
            parts.forget(self._folder, now - _ABANDONED)
            files = sorted(self._files())
            excess = sum(bytes_ for _, bytes_, _ in files) + size - self._limit
            for used_at, bytes_, file in files:
                if excess <= 0 or used_at > (now - self._grace).timestamp():
                    return
                if not file.name.startswith("."):
                    file.unlink(missing_ok=True)
                    excess -= bytes_

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        with os.scandir(self._folder) as entries:
            for entry in entries:
                try:
                    found = entry.stat()
                except FileNotFoundError:  # renamed or removed meanwhile
                    continue
                yield found.st_mtime, found.st_size, Path(entry.path)

    @contextmanager
    def _lock(self, name: str, kind: int) -> Iterator[datetime]:
        """Hold a lock; answer the time, by the clock that the files have their times from."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / f".lock-{name}").open("w") as file:
            fcntl.flock(file, kind)
            os.utime(file.fileno())
            yield datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
