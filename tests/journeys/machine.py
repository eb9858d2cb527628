"""A whole service of real processes, run as the supervisor runs them, that a test can kill."""

import os
import re
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import redis

from benchmarks.machine import free_port
from service import standalone
from service.actions import setup
from service.config import Settings
from service.machine import address, broker
from service.machine.children import Child, Plan
from tests.journeys.client import Client

READY_SECONDS = 60.0


def until(what: str, is_so: Callable[[], bool], *, seconds: float, pause: float = 0.05) -> float:
    """Wait until a condition holds; return the seconds that took."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < seconds, f"not within {seconds:.0f} s: {what}"
        time.sleep(pause)
    return time.monotonic() - began


class Machine:
    """Broker, API, workers and predictor as processes of their own, with a database of choice."""

    def __init__(self, folder: Path, database_url: str, **settings: object) -> None:
        given = Settings(data_dir=str(folder), database_url=database_url, port=free_port())
        given = replace(given, **settings)
        self._socket = broker.socket_path(given)
        self.settings = replace(given, redis_url=f"unix://{self._socket}?db=0")
        self._key = ""
        self._children: dict[str, Child] = {}

    def __enter__(self) -> "Machine":
        self._run(broker.plan(self.settings, socket=self._socket))
        until("broker", lambda: broker.answers(self.settings.redis), seconds=READY_SECONDS)
        key = setup.prepare(self.settings)
        assert key is not None
        self._key = key
        for plan in standalone.plans(self.settings, os.environ):
            self._run(plan)
        self.wait_until_ready()
        return self

    def __exit__(self, *_: object) -> None:
        for child in self._children.values():
            child.ask_to_stop()
        for child in self._children.values():
            child.finish(time.monotonic() + child.plan.stop_seconds)
        broker.forget_socket(self.settings, self._socket)

    def client(self) -> Client:
        """Return a client with the first admin key."""
        return Client(f"http://127.0.0.1:{self.settings.port}/v1", self._key)

    def broker(self) -> redis.Redis:
        """Return a connection to the broker."""
        return redis.Redis.from_url(self.settings.redis)

    def wait_until_ready(self) -> float:
        """Wait until the API says that every part answers; return the seconds that took."""
        at = ("127.0.0.1", self.settings.port, "/readyz")
        return until("ready", lambda: address.answers(*at), seconds=READY_SECONDS)

    def api_workers(self) -> list[int]:
        """Return the processes that gunicorn has started for requests, oldest first."""
        booted = re.findall(r"Booting worker with pid: (\d+)", self.log("api"))
        return [int(number) for number in booted]

    def kill(self, name: str) -> None:
        """Kill a part and all that it has started, so that nobody can tidy up."""
        os.killpg(self._children[name].group, signal.SIGKILL)
        until(f"death of {name}", self._children[name].has_ended, seconds=5)

    def freeze(self, name: str) -> None:
        """Stop a part in the middle of whatever it does."""
        os.killpg(self._children[name].group, signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        """Let a part go on."""
        os.killpg(self._children[name].group, signal.SIGCONT)

    def is_running(self, name: str) -> bool:
        """Whether the process that was started last for a part still lives."""
        return not self._children[name].has_ended()

    def revive(self, name: str) -> None:
        """Start a part that died again, as the supervisor does."""
        self._children[name].bury()
        self._children[name].start()

    def log(self, name: str) -> str:
        """Return what a part has said."""
        return self._children[name].plan.log.read_text(errors="replace")

    def _run(self, plan: Plan) -> None:
        self._children[plan.name] = Child(plan)
        self._children[plan.name].start()
