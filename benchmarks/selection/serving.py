"""A service for each process that runs units over HTTP."""

import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing.queues import SimpleQueue

from benchmarks import machine
from benchmarks.client import Address, Refused

_ours: list[Address] = []
"""Of this process: the one that it was given, or none."""


@contextmanager
def services(count: int) -> Iterator[Sequence[Address]]:
    """Start so many services, each with a folder of its own; stop all at the end.

    Raises:
        Refused: one does not start.
    """
    with ExitStack() as started:
        yield [started.enter_context(machine.own()) for _ in range(count)]


def begin(addresses: "SimpleQueue[Address]") -> None:
    """Begin a process that runs units: it takes a service, if there are any."""
    # Ctrl-C is for the program above, which then ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not addresses.empty():
        _ours.append(addresses.get())


def ours() -> Address:
    """Where the service of this process is.

    Raises:
        Refused: it has none.
    """
    if not _ours:
        raise Refused("this process was given no service")
    return _ours[0]
