"""A claim on a name for as long as a request runs; a process that dies lets go of it."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore

from sqlalchemy import Engine, func, select

from service.errors import Unavailable, retry_after

PATIENCE = 10.0
"""Seconds that a request waits for its place among those that hold a connection for a claim."""


@contextmanager
def claimed(engine: Engine, name: str, places: BoundedSemaphore) -> Iterator[bool]:
    """Claim a name; give False if another request, on any machine, holds it now.

    Args:
        places: how many requests of this process may hold a connection for it; they need another
            one for their work.

    Raises:
        Unavailable: no place came free in time.
    """
    digest = hashlib.sha256(name.encode())
    if engine.dialect.name == "sqlite":
        folder = Path(f"{engine.url.database}-claims")
        with _claimed_file(folder, digest.hexdigest()) as had:
            yield had
    else:
        number = int.from_bytes(digest.digest()[:8], "big", signed=True)
        if not places.acquire(timeout=PATIENCE):
            raise Unavailable(
                "too many requests with an Idempotency-Key run at once; send it again",
                headers=retry_after(1),
            )
        try:
            with _claimed_lock(engine, number) as had:
                yield had
        finally:
            places.release()


@contextmanager
def _claimed_lock(engine: Engine, number: int) -> Iterator[bool]:
    with engine.connect() as connection:
        had = bool(connection.scalar(select(func.pg_try_advisory_lock(number))))
        connection.commit()
        try:
            yield had
        finally:
            if had:
                connection.execute(select(func.pg_advisory_unlock(number)))
                connection.commit()


@contextmanager
def _claimed_file(folder: Path, name: str) -> Iterator[bool]:
    folder.mkdir(exist_ok=True)
    path = folder / name
    while True:
        with path.open("wb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            # Between opening and locking, the last holder may have removed the file.
            if not _is_at(path, os.fstat(file.fileno())):
                continue
            try:
                yield True
            finally:
                path.unlink(missing_ok=True)
            return


def _is_at(path: Path, status: os.stat_result) -> bool:
    try:
        return os.path.samestat(path.stat(), status)
    except FileNotFoundError:
        return False
