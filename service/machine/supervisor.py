"""Keeps the children running, and ends them in their order."""

import time
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from types import TracebackType

from service.machine import orphans
from service.machine.children import Child, Plan
from service.machine.stopping import LOOK_EVERY, Stop
from service.machine.words import CannotStart, quote, say

HOPELESS = 5
"""Short lives in a row after which a first start is given up."""


class Supervisor:
    """The children of this process; leaving its block ends them all."""

    def __init__(self, stop: Stop, *, record: Path) -> None:
        self._stop = stop
        self._record = record
        self._children: list[Child] = []
        self._due: dict[str, float] = {}
        """When a child that died is to be started again."""

    def __enter__(self) -> "Supervisor":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end_all()

    def start(self, plan: Plan) -> Child:
        """Start a child and keep it running from now on."""
        child = Child(plan)
        self._children.append(child)
        self._begin(child)
        return child

    def wait_for(self, what: str, is_so: Callable[[], bool], *, seconds: float) -> None:
        """Keep the children running until a condition holds, or until asked to stop.

        Raises:
            CannotStart: it does not come to hold, or a child dies again and again.
        """

        def watched() -> bool:
            self.look()
            self._give_up_on_hopeless()
            return is_so()

        if not self._stop.until(watched, seconds=seconds) and not self._stop.asked:
            logs = "".join(f"\n    {child.plan.log}" for child in self._children)
            raise CannotStart(f"{what} does not answer after {seconds:.0f} s. {logs}".rstrip())

    def run(self) -> None:
        """Keep the children running until asked to stop."""
        while not self._stop.asked:
            self.look()
            time.sleep(LOOK_EVERY)

    def look(self) -> None:
        """Start again what has died, and let no log fill the disk."""
        for child in self._children:
            if child.has_ended():
                self._revive(child)
            else:
                child.keep_log_small()

    def end_all(self) -> None:
        """End all children: those of one turn together, a turn after the other."""
        in_turn = sorted(self._children, key=lambda child: child.plan.stop_turn)
        for _, turn in groupby(in_turn, key=lambda child: child.plan.stop_turn):
            _end(list(turn))
        self._children.clear()
        self._record.unlink(missing_ok=True)

    def _revive(self, child: Child) -> None:
        now = time.monotonic()
        if child.name not in self._due:
            death = child.bury()
            say(f"{child.name} {death}; starting it again.")
            if child.short_lives > 1:
                quote(child.last_lines())
            self._due[child.name] = now + child.pause
        if now >= self._due[child.name]:
            del self._due[child.name]
            self._begin(child)

    def _begin(self, child: Child) -> None:
        child.start()
        orphans.record(self._record, self._children)

    def _give_up_on_hopeless(self) -> None:
        for child in self._children:
            if child.short_lives >= HOPELESS:
                end = "\n".join(f"    {line}" for line in child.last_lines())
                raise CannotStart(f"{child.name} does not stay up ({child.plan.log}):\n{end}")


def _end(children: list[Child]) -> None:
    for child in children:
        child.ask_to_stop()
    began = time.monotonic()
    for child in children:
        if not child.finish(began + child.plan.stop_seconds):
            say(f"{child.name} did not stop in {child.plan.stop_seconds:.0f} s and was killed.")
