"""The process table reads the same from `/proc` and from `ps`."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from service.machine import processes
from service.machine.children import Child


@pytest.mark.skipif(not Path("/bin/ps").exists(), reason="there is no ps here")
def test_ps_tells_the_same_as_proc(start: Callable[..., Child]) -> None:
    child = start()

    by_ps = processes._from_ps(child.group)

    assert len(by_ps) == 1
    assert child.plan.mark in by_ps[0]
    if Path("/proc/self/stat").exists():
        assert by_ps == [line.strip() for line in processes._from_proc(Path("/proc"), child.group)]


def test_a_group_that_is_gone_takes_no_signal(start: Callable[..., Child]) -> None:
    child = start("pass")
    child.finish(time.monotonic() + 10)

    assert not processes.is_alive(child.group)
    assert processes.command_lines(child.group) == []
    assert processes.is_alive(os.getpgrp())
