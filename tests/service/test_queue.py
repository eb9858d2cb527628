"""Messages: sent to the queue of their stage, or given up soon."""

import json
import os
import signal
import time
from uuid import UUID, uuid4

import pytest
import redis

from service import runtime
from service.config import Settings
from service.domain.runs import Stage
from service.queue import CeleryQueue
from tests.valkey import valkey

RUN = UUID("6c3d7a6e-3f0b-4a55-9c39-0f0f1f3a1c55")


def test_the_message_of_a_stage_is_an_id(redis_url: str) -> None:
    server = redis.Redis.from_url(redis_url)
    queue = CeleryQueue(Settings(redis_url=redis_url).broker)

    before = server.llen("al:rank")
    assert queue.start(Stage.RANK, RUN)
    assert queue.predict("request")

    assert server.llen("al:rank") == before + 1
    message = json.loads(server.lindex("al:rank", 0))
    assert message["headers"]["task"] == "workers.rank"
    assert str(RUN) in message["headers"]["argsrepr"]
    assert server.delete("al:rank", "al:predict") == 2
    server.close()


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "unix:///nonexistent/v.sock?db=0"])
def test_a_dead_broker_costs_a_request_less_than_a_second(url: str) -> None:
    queue = CeleryQueue(Settings(redis_url=url).broker)

    began = time.monotonic()
    sent = queue.start(Stage.RANK, uuid4())

    assert not sent
    assert time.monotonic() - began < 1


def test_so_does_one_that_hangs_and_the_next_message_arrives_once_it_goes_on() -> None:
    with valkey() as url:
        server = redis.Redis.from_url(url)
        queue = CeleryQueue(Settings(redis_url=url).broker)
        assert queue.start(Stage.RANK, uuid4())
        process = server.info("server")["process_id"]

        os.kill(process, signal.SIGSTOP)
        began = time.monotonic()
        try:
            sent = queue.start(Stage.RANK, uuid4())
        finally:
            took = time.monotonic() - began
            os.kill(process, signal.SIGCONT)

        assert not sent
        assert took < 1
        assert queue.start(Stage.RANK, uuid4())
        server.close()


def test_the_real_parts_are_built_without_asking_anything(settings: Settings) -> None:
    built = runtime.build(settings)

    assert built.now().tzinfo is not None
    assert 0 <= built.chance.random() < 1
    built.sessions.kw["bind"].dispose()
