"""A child has a group, a log and a memory of its deaths."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from service.machine import processes
from service.machine.children import LARGE_LOG, PAUSES, Child, Plan

AUTOGROUP = Path("/proc/self/autogroup")
PARENT = (
    "import subprocess, sys, time; "
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
    "print('both', flush=True); time.sleep(60)"
)
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "print('deaf', flush=True); time.sleep(60)"
)


def until_it_says(child: Child, word: str) -> None:
    deadline = time.monotonic() + 10
    while word not in child.last_lines():
        assert time.monotonic() < deadline, f"{child.name} never said {word!r}"
        time.sleep(0.02)


def kill(child: Child) -> None:
    os.kill(child.group, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while not child.has_ended():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_child_has_a_group_of_its_own_and_writes_to_its_log(
    start: Callable[..., Child],
) -> None:
    child = start("import sys; print('out'); print('err', file=sys.stderr)", name="loud")

    until_it_says(child, "out")

    assert child.group != os.getpgrp()
    assert set(child.last_lines()) == {"out", "err"}


def test_a_child_runs_at_the_priority_of_its_plan(start: Callable[..., Child]) -> None:
    child = start(nice=10)

    assert os.getpriority(os.PRIO_PROCESS, child.group) == 10


@pytest.mark.skipif(not AUTOGROUP.exists(), reason="no session has a priority here")
def test_its_whole_session_gives_way_too(start: Callable[..., Child]) -> None:
    child = start(nice=10)

    assert Path(f"/proc/{child.group}/autogroup").read_text().split()[1:] == ["nice", "10"]


def test_a_large_log_is_set_aside_at_the_next_start(make_plan: Callable[..., Plan]) -> None:
    plan = make_plan("print('new')")
    plan.log.parent.mkdir()
    plan.log.write_bytes(b"x" * (LARGE_LOG + 1))
    child = Child(plan)

    child.start()
    child.finish(time.monotonic() + 10)

    assert child.last_lines() == ["new"]
    assert plan.log.with_name("child.log.1").stat().st_size == LARGE_LOG + 1


def test_a_large_log_is_set_aside_while_its_process_writes_on(start: Callable[..., Child]) -> None:
    child = start("import time\nwhile True: print('on', flush=True); time.sleep(0.01)")
    until_it_says(child, "on")
    with child.plan.log.open("ab") as log:
        log.write(b"x" * LARGE_LOG)

    child.keep_log_small()
    until_it_says(child, "on")

    assert child.plan.log.stat().st_size < LARGE_LOG
    assert child.plan.log.with_name(f"{child.plan.log.name}.1").stat().st_size > LARGE_LOG


def test_a_killed_process_takes_its_own_children_with_it(start: Callable[..., Child]) -> None:
    child = start(PARENT)
    until_it_says(child, "both")
    assert len(processes.command_lines(child.group)) == 2

    kill(child)
    said = child.bury()

    assert said == "got SIGKILL"
    assert not any("sleep" in line for line in processes.command_lines(child.group))


def test_the_pause_grows_with_every_short_life_in_a_row(make_plan: Callable[..., Plan]) -> None:
    child = Child(make_plan("raise SystemExit(3)"))
    pauses = []
    for _ in range(3):
        child.start()
        while not child.has_ended():
            time.sleep(0.01)
        assert child.bury() == "ended with code 3"
        pauses.append(child.pause)

    assert pauses == list(PAUSES[1:4])
    assert max(PAUSES[:-1]) < 2


@pytest.mark.parametrize(("script", "willing"), [(PARENT, True), (STUBBORN, False)])
def test_a_child_that_does_not_stop_in_time_is_killed(
    start: Callable[..., Child], *, script: str, willing: bool
) -> None:
    child = start(script)
    until_it_says(child, "both" if willing else "deaf")

    child.ask_to_stop()

    assert child.finish(time.monotonic() + (5.0 if willing else 0.3)) is willing
    assert child.has_ended()
    assert not any("sleep" in line for line in processes.command_lines(child.group))
