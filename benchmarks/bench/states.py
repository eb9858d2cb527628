"""States of the memory that nobody uses, so that what is compared is measured in the same one.

A virtual machine may give memory back to its host a few seconds after it was freed. Who writes
into it then waits for each page; who comes at once finds it at hand, several times as quick.
"""

import os
import subprocess
import sys
import time

from benchmarks.bench.site import Site

REST_SECONDS = 15.0
"""After so long, memory that was freed is as it is to a service that waits for its next upload."""

_TAKE = "import sys; held = b'x' * int(sys.argv[1])"


def rest(site: Site) -> None:
    """Let memory that was just freed go back to where it is taken from; not in a smoke test."""
    if site.is_whole:
        time.sleep(REST_SECONDS)


def at_hand(size: int) -> None:
    """Have another process use so many bytes and end; of what is free at most three quarters."""
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    subprocess.run([sys.executable, "-c", _TAKE, str(min(size, 3 * free // 4))], check=True)
