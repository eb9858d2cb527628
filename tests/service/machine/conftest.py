"""Stand-ins for the children: small scripts with a group and a log of their own."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.machine.children import Child, Plan

SLEEP = "import time; time.sleep(60)"


@pytest.fixture
def make_plan(tmp_path: Path) -> Callable[..., Plan]:
    """Return a builder of plans that run a line of Python."""

    def make(
        script: str = SLEEP,
        *,
        name: str = "child",
        stop_turn: int = 0,
        stop_seconds: float = 2.0,
        nice: int = 0,
    ) -> Plan:
        mark = f"-X test={tmp_path}"
        return Plan(
            name=name,
            command=(sys.executable, *mark.split(" "), "-c", script),
            environment=dict(os.environ),
            log=tmp_path / "logs" / f"{name}.log",
            mark=mark,
            stop_turn=stop_turn,
            stop_seconds=stop_seconds,
            nice=nice,
        )

    return make


@pytest.fixture
def start(make_plan: Callable[..., Plan]) -> Iterator[Callable[..., Child]]:
    """Return a function that starts a stand-in, which is killed after the test."""
    started: list[Child] = []

    def begin(*words: str, **options: object) -> Child:
        child = Child(make_plan(*words, **options))
        started.append(child)
        child.start()
        return child

    yield begin
    for child in started:
        child.finish(0.0)
