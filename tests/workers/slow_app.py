"""A Celery application with one slow task, set up as ours is, with the consumer it is told."""

import os
import time
from pathlib import Path

from celery import Celery

from service.queue import TRANSPORT

app = Celery("slow", broker=os.environ.get("SLOW_BROKER", "memory://"))
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    worker_consumer=os.environ.get("SLOW_CONSUMER", "workers.consumer:SafeConsumer"),
    worker_prefetch_multiplier=1,
    worker_disable_prefetch=True,
    worker_hijack_root_logger=False,
    broker_transport_options=TRANSPORT,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
)


@app.task(name="slow")
def slow(folder: str, name: str, seconds: float) -> None:
    """Say that it began, take a while, and say that it ended."""
    (Path(folder) / f"{name}.began").touch()
    time.sleep(seconds)
    (Path(folder) / f"{name}.ended").touch()
