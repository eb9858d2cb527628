"""One child process: started with a group and a log of its own, as often as it takes."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from service.machine import processes

LARGE_LOG = 5 * 2**20
"""Bytes from which a log is set aside as `.1`."""

SHORT_LIFE = 5.0
"""Seconds within which a death counts as one of a row."""

PAUSES = (0.0, 0.2, 0.5, 1.0, 1.5, 1.5, 1.5, 5.0)
"""Seconds before the next start, by how many short lives there were in a row."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a child runs, and how."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    mark: str
    """Part of the command line by which the process is known again after a crash."""
    stop_turn: int
    """When it is asked to stop: those of a lower turn have ended by then."""
    stop_seconds: float
    """How long it may take to stop before it is killed."""
    nice: int = 0


class Child:
    """A process that is started from its plan, and again whenever it ended."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.short_lives = 0
        self._began = 0.0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def name(self) -> str:
        """What the child is called in messages and logs."""
        return self.plan.name

    @property
    def group(self) -> int:
        """Number of the process and of its group; 0 before the first start."""
        return self._process.pid if self._process else 0

    @property
    def pause(self) -> float:
        """Seconds to wait before the next start."""
        return PAUSES[min(self.short_lives, len(PAUSES) - 1)]

    def start(self) -> None:
        """Start the process."""
        self.plan.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _set_aside(self.plan.log)
        with self.plan.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.plan.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=dict(self.plan.environment),
                start_new_session=True,
            )
        self._began = time.monotonic()
        if self.plan.nice:
            processes.be_nice(self._process.pid, self.plan.nice)

    def keep_log_small(self) -> None:
        """Set a large log aside while the process writes on into the same file.

        It appends, so it goes on at the new end; lines that come between copy and cut are lost.
        """
        if _is_large(self.plan.log):
            shutil.copyfile(self.plan.log, _aside(self.plan.log))
            os.truncate(self.plan.log, 0)

    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self._process is None or self._process.poll() is not None

    def bury(self) -> str:
        """Kill what the dead process left behind, and say how it came to die."""
        if self._process is None:
            return "was never started"
        processes.kill(self._process.pid)
        young = time.monotonic() - self._began < SHORT_LIFE
        self.short_lives = self.short_lives + 1 if young else 0
        code = self._process.returncode
        return f"ended with code {code}" if code >= 0 else f"got {signal.Signals(-code).name}"

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the process itself; it sees to its own children."""
        if self._process and self._process.poll() is None:
            self._process.terminate()

    def finish(self, deadline: float) -> bool:
        """Wait for the end until a deadline, kill what is left; false if it was the process."""
        if not self._process:
            return True
        while self._process.poll() is None and time.monotonic() < deadline:
            time.sleep(processes.PAUSE)
        willing = self._process.poll() is not None
        processes.send(self.group, signal.SIGKILL)
        self._process.wait()
        processes.kill(self.group, wait=0.2)
        return willing

    def last_lines(self, count: int = 8) -> list[str]:
        """Return the end of the log."""
        try:
            text = self.plan.log.read_text(errors="replace")
        except FileNotFoundError:
            return []
        return text.splitlines()[-count:]


def _set_aside(log: Path) -> None:
    if _is_large(log):
        log.replace(_aside(log))


def _is_large(log: Path) -> bool:
    return log.exists() and log.stat().st_size > LARGE_LOG


def _aside(log: Path) -> Path:
    return log.with_name(log.name + ".1")
