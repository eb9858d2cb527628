"""The broker dies under a late-acknowledged task: the worker lives on and acknowledges it."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from celery import Celery

from service.config import Settings
from service.machine import broker
from service.machine.children import Child, Plan
from service.queue import TRANSPORT
from tests.journeys.machine import until

pytestmark = pytest.mark.journey

TASK_SECONDS, DOWN_SECONDS = 6.0, 3.0
OURS = "workers.consumer:SafeConsumer"


class Scene:
    """A broker, a worker with our consumer, and who sends tasks."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = Settings(data_dir=str(folder))
        self.socket = broker.socket_path(self.settings)
        self.broker = Child(broker.plan(self.settings, socket=self.socket))
        url = f"redis+socket://{self.socket}?virtual_host=0"
        self.worker = Child(_worker(folder, url))
        self.sender = Celery("sender", broker=url)
        self.sender.conf.update(task_ignore_result=True, broker_transport_options=TRANSPORT)

    def start(self) -> None:
        """Start both."""
        self.broker.start()
        until("broker", self.is_up, seconds=20)
        self.worker.start()

    def stop(self) -> None:
        """Stop both."""
        self.sender.close()
        for child in (self.worker, self.broker):
            child.ask_to_stop()
            child.finish(time.monotonic() + 5)
        broker.forget_socket(self.settings, self.socket)

    def is_up(self) -> bool:
        """Whether the broker answers."""
        return broker.answers(f"unix://{self.socket}?db=0")

    def send(self, name: str, seconds: float) -> None:
        """Send a task."""
        self.sender.send_task("slow", [str(self.folder), name, seconds], queue="celery")

    def has(self, name: str) -> bool:
        """Whether a task has said this."""
        return (self.folder / name).exists()

    def unacknowledged(self) -> int:
        """Messages that were taken and not acknowledged."""
        with redis.Redis(unix_socket_path=str(self.socket)) as client:
            return int(client.hlen("al:unacked"))

    def kill_the_broker_under_a_task(self) -> None:
        """Kill it while a task runs, and start it again before the task ends."""
        self.send("first", TASK_SECONDS)
        until("a task at work", lambda: self.has("first.began"), seconds=30)
        _kill(self.broker)
        time.sleep(DOWN_SECONDS)
        self.broker.bury()
        self.broker.start()
        until("broker again", self.is_up, seconds=20)
        until("the end of the task", lambda: self.has("first.ended"), seconds=30)


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Running."""
    made = Scene(tmp_path)
    made.start()
    yield made
    made.stop()


def test_our_worker_outlives_its_broker_and_acknowledges_the_task(scene: Scene) -> None:
    scene.kill_the_broker_under_a_task()

    until("acknowledgement", lambda: scene.unacknowledged() == 0, seconds=20)
    scene.send("second", 0.0)
    until("another task", lambda: scene.has("second.ended"), seconds=30)
    assert not scene.worker.has_ended()


def _worker(folder: Path, url: str) -> Plan:
    words = ("worker", "--pool=prefork", "--concurrency=1", "--without-gossip", "--without-mingle")
    root = str(Path(__file__).parents[2])
    return Plan(
        name="worker",
        command=(sys.executable, "-m", "celery", "-A", "tests.workers.slow_app", *words),
        environment=os.environ | {"SLOW_BROKER": url, "SLOW_CONSUMER": OURS, "PYTHONPATH": root},
        log=folder / "worker.log",
        mark="tests.workers.slow_app",
        stop_turn=0,
        stop_seconds=5,
    )


def _kill(child: Child) -> None:
    os.killpg(child.group, 9)
    until("death of the broker", child.has_ended, seconds=5)
