"""Turns in a process: who would wait for the same row waits here, without a connection."""

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager


class Turns:
    """Locks by name; a name is forgotten when nobody wants it any more.

    The database decides between processes, as ever. Waiting there would keep a connection each,
    and those who only want a batch would find none.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._wanted: dict[Hashable, tuple[threading.Lock, int]] = {}

    def __len__(self) -> int:
        """How many names somebody holds or waits for."""
        return len(self._wanted)

    @contextmanager
    def of(self, name: Hashable) -> Iterator[None]:
        """Hold a name alone in this process."""
        lock = self._change(name, 1)
        try:
            with lock:
                yield
        finally:
            self._change(name, -1)

    def _change(self, name: Hashable, by: int) -> threading.Lock:
        with self._guard:
            lock, count = self._wanted.get(name, (threading.Lock(), 0))
            if count + by:
                self._wanted[name] = (lock, count + by)
            else:
                del self._wanted[name]
            return lock
