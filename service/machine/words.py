"""What `run` tells the person in front of it."""

import os
import sys
from collections.abc import Sequence


class CannotStart(Exception):
    """The service cannot start; the message says what to do about it."""


def say(text: str = "") -> None:
    """Print a line now, and go on without a reader if there is none any more."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except OSError:
        # The terminal or the pipe is gone, the service is not.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def quote(lines: Sequence[str]) -> None:
    """Print the end of a log, set in."""
    for line in lines:
        say(f"    {line}")


def complain(text: str) -> None:
    """Print one line to standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
