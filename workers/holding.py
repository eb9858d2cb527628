"""A lease that is renewed while the work under it goes on."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog

from service.runtime import Runtime

log = structlog.get_logger(__name__)

_RENEWALS = 3
"""Renewals of a lease in the time that it lasts."""


def lease(runtime: Runtime) -> timedelta:
    """How long a worker may be silent before another takes its work over."""
    return timedelta(seconds=runtime.settings.run_lease_seconds)


@contextmanager
def held(renew: Callable[[], bool], lease: timedelta) -> Iterator[None]:
    """Renew a lease from a thread of its own while the work goes on."""
    over = threading.Event()

    def keep_renewing() -> None:
        while not over.wait(lease.total_seconds() / _RENEWALS):
            try:
                if not renew():
                    return
            except Exception as error:  # the next turn may do better; else the lease lapses
                log.warning("lease not renewed", error=str(error))

    thread = threading.Thread(target=keep_renewing, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
