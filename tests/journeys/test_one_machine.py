"""`python -m service run`: starts, survives, refuses a second, stops, and is as it was."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
import redis

from benchmarks import machine
from service.machine import address, processes

SMALL = {"API_PROCESSES": "1", "WORKER_PROCESSES": "1"}


class Instance:
    """A service on one machine, as a person would start it."""

    def __init__(self, data: Path, port: int) -> None:
        self.data = data
        self.port = port
        self.process = subprocess.Popen(
            [sys.executable, "-m", "service", "run"],
            env={**os.environ, **SMALL, "DATA_DIR": str(data), "PORT": str(port)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def until_ready(self) -> str:
        """Read until the last line of the greeting."""
        assert self.process.stdout
        said = ""
        for line in self.process.stdout:
            said += line
            if line.startswith("Ctrl-C"):
                return said
        raise AssertionError(said)

    def ask(self, *signals: signal.Signals) -> None:
        """Send signals, one shortly after the other."""
        for number in signals:
            self.process.send_signal(number)
            time.sleep(0.1)

    def end(self) -> int:
        """Wait for the end and return the exit code."""
        self.process.communicate(timeout=15)
        return self.process.returncode

    def groups(self) -> dict[str, int]:
        """Return the process groups by the names of the children."""
        recorded = json.loads((self.data / "run.json").read_text())["children"]
        return {name: each["group"] for name, each in recorded.items()}

    def is_back(self, name: str, killed: int) -> bool:
        """Whether a child has another group than the one that was killed."""
        return self.groups()[name] != killed


@pytest.fixture
def port() -> int:
    return machine.free_port()


@pytest.fixture
def begin(tmp_path: Path, port: int) -> Iterator[Callable[[], Instance]]:
    """Return a function that starts an instance on the same data and port each time."""
    begun: list[Instance] = []

    def make() -> Instance:
        begun.append(Instance(tmp_path / "data", port))
        return begun[-1]

    yield make
    for instance in begun:
        instance.ask(signal.SIGTERM)
        instance.end()


def wait(what: str, is_so: Callable[[], bool], *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def test_every_part_comes_back_and_everything_is_as_it_was(
    begin: Callable[[], Instance], port: int
) -> None:
    first = begin()
    said = first.until_ready()
    key = (first.data / "admin.key").read_text()
    assert key in said
    url = f"unix://{first.data / 'broker' / 'v.sock'}?db=3"
    with redis.Redis.from_url(url) as client:
        client.set("kept", "yes")
        client.config_set("appendfsync", "always")

    for name, killed in first.groups().items():
        os.kill(killed, signal.SIGKILL)
        wait(name, partial(first.is_back, name, killed), seconds=2)
    wait("ready", lambda: address.answers("127.0.0.1", port, "/readyz"), seconds=20)

    running = first.groups()
    assert set(running) == {"broker", "api", "workers", "predict", "simulate"}
    with closing(http.client.HTTPConnection("127.0.0.1", port)) as kept_alive:
        kept_alive.request("GET", "/livez")
        first.ask(signal.SIGTERM, signal.SIGINT, signal.SIGTERM)
        began = time.monotonic()

        second = begin()  # which waits for the end of the first

        assert first.end() == 0
        assert time.monotonic() - began < 10
    # What has ended may be in the table a moment longer, until the system has reaped it.
    wait("gone", lambda: not any(map(processes.is_alive, running.values())), seconds=5)
    said = second.until_ready()
    assert key not in said
    assert (second.data / "admin.key").read_text() == key
    assert (second.data / "admin.key").stat().st_mode & 0o777 == 0o600
    with redis.Redis.from_url(url) as client:
        assert client.get("kept") == b"yes"


def test_a_second_instance_is_refused_while_the_first_lives(begin: Callable[[], Instance]) -> None:
    first = begin()
    first.until_ready()
    left = first.groups()

    said, _ = begin().process.communicate(timeout=20)
    assert f"Cannot start: another instance, process {first.process.pid}, is using" in said
    assert "Traceback" not in said

    first.process.kill()
    first.end()
    second = begin()
    said = second.until_ready()
    assert "Ended what a killed instance had left running." in said
    assert not set(left.values()) & set(second.groups().values())
    assert not any(map(processes.command_lines, left.values()))


def test_a_taken_port_is_refused_before_anything_starts(
    begin: Callable[[], Instance], port: int
) -> None:
    with socket.create_server(("127.0.0.1", port)):
        refused = begin()
        said, _ = refused.process.communicate(timeout=20)

    assert refused.process.returncode == 2
    assert said.startswith(f"Cannot start: PORT {port} of HOST 127.0.0.1 cannot be used")
    assert said.count("\n") == 1
    assert not (refused.data / "logs").exists()


def test_a_stop_during_the_start_leaves_nothing_behind(begin: Callable[[], Instance]) -> None:
    instance = begin()
    wait("started", (instance.data / "run.json").exists, seconds=10)
    started = instance.groups().values()

    instance.ask(signal.SIGTERM, signal.SIGTERM)
    began = time.monotonic()

    assert instance.end() == 0
    assert time.monotonic() - began < 10
    assert not any(map(processes.is_alive, started))
    assert not (instance.data / "run.json").exists()
