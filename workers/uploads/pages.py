"""Memory that holds what was read of a file, given back before the kernel looks for some."""

import os
from pathlib import Path


def give_back(path: Path, *, begins: int, ends: int) -> None:
    """Let go of the pages of a stretch that is on disk, and is not soon read again.

    What is written next takes them: memory that was not in use for long costs several times as
    much to write to, above all on a virtual machine, whose host has taken it back meanwhile.
    """
    if ends > begins and hasattr(os, "posix_fadvise"):  # of no length would mean all that follows
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), begins, ends - begins, os.POSIX_FADV_DONTNEED)
