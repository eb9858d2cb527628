"""The Celery application: how it is set up, and that each task reaches its stage."""

from collections.abc import Iterator
from typing import Any

import pytest

from service.config import cores
from service.domain.runs import LEARNING_QUEUES, PREDICT_QUEUE, SIMULATE_QUEUE, Stage
from service.queue import TRANSPORT
from tests.workers.conftest import Pool
from workers import __main__ as command
from workers import app as application
from workers import tasks


@pytest.fixture
def process(pool: Pool) -> Iterator[Pool]:
    """A pool process that works with the test's runtime."""
    application._process["runtime"] = pool.runtime
    yield pool
    application._process.clear()


def test_tasks_named_by_messages_do_the_work_of_their_stages(process: Pool) -> None:
    process.make(retrain={"min_labels": 10}).add(20)

    def work_off_by_tasks() -> list[str]:
        done = []
        while process.queue.sent:
            stage, ids = process.queue.sent.pop(0)
            application.app.tasks[f"workers.{stage}"](*(str(each) for each in ids))
            done.append(str(stage))
            process.clock.advance(1)
        return done

    assert work_off_by_tasks() == ["encode", "rank"]
    process.label(*range(10))
    assert work_off_by_tasks() == [
        *["retrain", "score", "rank"],
        *["cluster", "report"],
    ]
    assert process.api.get(process.path)["version"]["labels"] == 10


def test_a_prediction_that_nobody_waits_for_is_left_alone(process: Pool) -> None:
    tasks.predict_items("nobody")

    assert process.runtime.live.wait("nobody", seconds=0.1) is None


def test_every_queue_has_a_task_and_only_predictions_are_acknowledged_early() -> None:
    application.app.loader.import_default_modules()
    ours = {
        name: task for name, task in application.app.tasks.items() if name.startswith("workers")
    }

    assert set(ours) == {f"workers.{name}" for name in (*Stage, PREDICT_QUEUE)}
    assert {name for name, task in ours.items() if not task.acks_late} == {"workers.predict"}


def test_messages_in_flight_outlive_the_longest_task() -> None:
    assert TRANSPORT["visibility_timeout"] > application.app.conf.task_time_limit
    assert application.app.conf.worker_consumer == "workers.consumer:SafeConsumer"
    assert application.app.conf.broker_connection_max_retries is None


def test_the_cores_are_shared_out_among_the_pool_processes() -> None:
    share = application.settings.threads

    assert share >= 1
    assert share * application.settings.workers <= max(cores(), application.settings.workers)


@pytest.mark.parametrize(
    ("words", "queues"),
    [
        ([], ",".join(LEARNING_QUEUES)),
        (["predict"], PREDICT_QUEUE),
        (["simulate"], SIMULATE_QUEUE),
    ],
)
def test_each_command_listens_to_its_queues(
    words: list[str], queues: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[Any] = []
    monkeypatch.setattr(application.app, "worker_main", started.append)

    assert command.main(words) == 0

    assert f"--queues={queues}" in started[0]


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["paint"]) == 2

    assert "usage" in capsys.readouterr().err
