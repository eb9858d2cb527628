"""The exclusive right to a data directory: one instance at a time."""

import fcntl
import os
import time
from pathlib import Path

from service.machine.stopping import LOOK_EVERY, Stop
from service.machine.words import CannotStart, say

WAIT_FOR_STOPPING = 15.0
"""Seconds a start waits for an instance that is stopping."""

WAIT_FOR_RUNNING = 3.0
"""Seconds it waits for one that runs: a signal sent just now may still be on its way."""


class Lock:
    """A locked file that names the process that has it; the kernel frees it if that dies."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)

    def take(self) -> bool:
        """Take the lock if it is free, and write down who has it."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self._write(f"{os.getpid()}")
        return True

    def wait(self, stop: Stop, *, if_stopping: float, if_running: float) -> bool:
        """Wait for the lock, longer if its holder is stopping; false if it did not come."""
        began = time.monotonic()
        while not stop.asked:
            patience = if_stopping if self._read().endswith("stopping") else if_running
            if time.monotonic() - began > patience:
                return False
            if self.take():
                return True
            time.sleep(LOOK_EVERY)
        return False

    def say_stopping(self) -> None:
        """Tell those who wait that the end is near."""
        self._write(f"{os.getpid()} stopping")

    def holder(self) -> str:
        """Return the number of the process that has the lock."""
        return self._read().partition(" ")[0]

    def release(self) -> None:
        """Give the lock back. The file stays: removing it would make two locks."""
        os.close(self._descriptor)

    def _read(self) -> str:
        return os.pread(self._descriptor, 100, 0).decode().strip()

    def _write(self, text: str) -> None:
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, text.encode(), 0)


def take(
    data: Path,
    stop: Stop,
    *,
    if_stopping: float = WAIT_FOR_STOPPING,
    if_running: float = WAIT_FOR_RUNNING,
) -> Lock | None:
    """Take the lock of a data directory; None if asked to stop while waiting for it.

    Raises:
        CannotStart: another instance keeps it, or the directory cannot be used.
    """
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = Lock(data / "lock")
    except OSError as error:
        raise CannotStart(f"DATA_DIR {data} cannot be used: {error.strerror}.") from None
    if lock.take():
        return lock
    say(f"Process {lock.holder()} already uses {data}; waiting in case it is stopping.")
    if lock.wait(stop, if_stopping=if_stopping, if_running=if_running):
        return lock
    holder = lock.holder()
    lock.release()
    if stop.asked:
        return None
    raise CannotStart(
        f"another instance, process {holder}, is using {data}. "
        "Stop it, or set DATA_DIR to another directory."
    )
