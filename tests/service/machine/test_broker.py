"""The embedded broker keeps what it was told, and finds a place for its socket."""

import os
import signal
import time
from pathlib import Path

import pytest
import redis

from service.config import Settings
from service.machine import broker
from service.machine.children import Child


def up(settings: Settings, socket: Path) -> Child:
    child = Child(broker.plan(settings, socket=socket))
    child.start()
    deadline = time.monotonic() + 10
    while not broker.answers(f"unix://{socket}?db=0"):
        assert time.monotonic() < deadline, child.last_lines()
        time.sleep(0.02)
    return child


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_what_the_broker_was_told_outlives_its_process(
    tmp_path: Path, *, number: signal.Signals
) -> None:
    settings = Settings(data_dir=str(tmp_path))
    socket = broker.socket_path(settings)
    first = up(settings, socket)
    with redis.Redis.from_url(settings.redis) as client:
        client.set("told", "this")
    os.kill(first.group, number)
    first.finish(time.monotonic() + 5)

    second = up(settings, socket)

    with redis.Redis.from_url(settings.redis) as client:
        kept = client.get("told")
    second.ask_to_stop()
    assert second.finish(time.monotonic() + 5)
    assert kept == b"this"
    assert (tmp_path / "broker").stat().st_mode & 0o777 == 0o700


def test_a_path_too_long_for_a_socket_is_replaced_by_a_short_private_one(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path / ("x" * 100)))

    socket = broker.socket_path(settings)
    child = up(settings, socket)

    assert len(os.fsencode(socket)) <= broker.LONGEST_SOCKET
    assert socket.parent.stat().st_mode & 0o777 == 0o700
    child.ask_to_stop()
    assert child.finish(time.monotonic() + 5)
    broker.forget_socket(settings, socket)
    assert not socket.parent.exists()


def test_a_short_path_stays_in_the_data_directory(tmp_path: Path) -> None:
    settings = Settings(data_dir=str(tmp_path))
    socket = broker.socket_path(settings)

    broker.forget_socket(settings, socket)

    assert socket == settings.broker_socket
    assert tmp_path.exists()
