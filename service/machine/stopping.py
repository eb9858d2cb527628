"""Whether somebody asked to stop, by any signal, any number of times."""

import signal
import time
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any

LOOK_EVERY = 0.1
"""Seconds between two looks; a signal is answered within this time."""


class Stop:
    """Turns SIGINT, SIGTERM and SIGHUP into a flag; once asked, they stay without effect."""

    def __init__(self) -> None:
        self.asked = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> "Stop":
        def ask(number: int, frame: FrameType | None) -> None:
            self.asked = True

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # `nohup` ignores SIGHUP on purpose.
            if number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN:
                continue
            self._before[number] = signal.signal(number, ask)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            # The end of the process takes a moment too, and a signal then should not show.
            signal.signal(number, signal.SIG_IGN if self.asked else handler)

    def until(self, is_so: Callable[[], bool], *, seconds: float) -> bool:
        """Wait for a condition; false when time is up or when asked to stop."""
        deadline = time.monotonic() + seconds
        while not self.asked:
            if is_so():
                return True
            if time.monotonic() > deadline:
                return False
            # A plain flag and short naps: waiting on a lock that the handler
            # also takes would hang now and then.
            time.sleep(LOOK_EVERY)
        return False
