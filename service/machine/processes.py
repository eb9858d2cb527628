"""The process table: which groups are alive, whose they are, and how they end."""

import os
import signal
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

PAUSE = 0.05
"""Seconds between two looks at the process table."""

_TRIES = 5


def send(group: int, number: int) -> bool:
    """Send a signal to every process of a group; false if there is none left."""
    try:
        os.killpg(group, number)
    except OSError:
        # Besides "no such group", macOS answers EPERM for a group of zombies.
        return False
    return True


def is_alive(group: int) -> bool:
    """Whether a group has any process, zombies included."""
    return send(group, 0)


def end(groups: Sequence[int], *, grace: float) -> None:
    """End groups of processes that are not our children: ask, wait, then kill."""
    for group in groups:
        send(group, signal.SIGTERM)
    _wait_until_gone(groups, seconds=grace)
    for group in groups:
        kill(group)


def kill(group: int, *, wait: float = 0.5) -> None:
    """Kill what is left of a group, so that ports and files it holds are free again."""
    if send(group, signal.SIGKILL):
        # In a container whose first process does not reap, zombies stay: do not wait for ever.
        _wait_until_gone([group], seconds=wait)


def command_lines(group: int) -> list[str]:
    """Command lines of the processes of a group, as far as they can be read."""
    proc = Path("/proc")
    return _from_proc(proc, group) if (proc / "self" / "stat").exists() else _from_ps(group)


def be_nice(leader: int, nice: int) -> None:
    """Lower the priority of a session that was just begun, by its leader.

    Linux may share the processor among sessions first, and by priority only within one
    (sched(7), "The autogroup feature"): then it is the session that has to give way.
    """
    os.setpriority(os.PRIO_PROCESS, leader, nice)
    file = Path(f"/proc/{leader}/autogroup")
    for _ in range(_TRIES):
        try:
            file.write_text(str(nice))
        except BlockingIOError:  # one session in a tenth of a second, unless we are root
            time.sleep(PAUSE)
        except OSError:  # not on Linux, or without the feature
            return
        else:
            return


def _from_proc(proc: Path, group: int) -> list[str]:
    lines = []
    for entry in proc.iterdir():
        with suppress(OSError, ValueError):
            if os.getpgid(int(entry.name)) == group:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                lines.append(os.fsdecode(b" ".join(words)))
    return lines


def _from_ps(group: int) -> list[str]:
    """Ask `ps`, as on macOS, which has no `/proc`."""
    table = subprocess.run(
        ["/bin/ps", "-axww", "-o", "pgid=,command="], capture_output=True, check=True
    ).stdout
    rows = (os.fsdecode(line).strip().partition(" ") for line in table.splitlines())
    return [command.strip() for number, _, command in rows if number == str(group)]


def _wait_until_gone(groups: Sequence[int], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while any(is_alive(group) for group in groups) and time.monotonic() < deadline:
        time.sleep(PAUSE)
