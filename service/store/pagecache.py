"""What the kernel holds of files in memory: given back before it looks for some."""

import os
from typing import BinaryIO


def let_go(file: BinaryIO, *, begins: int, ends: int) -> None:
    """Say that a stretch of a file is not soon needed in memory. What the file holds stays.

    On Linux the pages of it that are on the disk are free, and what is written next takes them:
    memory that was not in use for long costs several times as much to write to, above all on a
    virtual machine, whose host has taken it back meanwhile. Those that are not on the disk yet
    stay, and begin to be written to it.
    """
    if ends > begins and hasattr(os, "posix_fadvise"):  # of no length would mean all that follows
        os.posix_fadvise(file.fileno(), begins, ends - begins, os.POSIX_FADV_DONTNEED)
