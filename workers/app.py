"""The Celery application, and what each worker process works with."""

import threading
from typing import Any

import structlog
from celery import Celery, signals
from threadpoolctl import threadpool_limits

from service import garbage, logs
from service.config import Settings
from service.queue import TRANSPORT
from service.runtime import Runtime, build
from workers import sweep

log = structlog.get_logger(__name__)

settings = Settings.from_environ()
logs.configure(settings.log_level)

app = Celery("workers", broker=settings.broker, include=["workers.tasks"])
app.conf.update(
    task_ignore_result=True,  # state is in the database
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_time_limit=3600,
    task_soft_time_limit=3500,
    worker_consumer="workers.consumer:SafeConsumer",
    worker_prefetch_multiplier=1,
    worker_disable_prefetch=True,  # a slow stage must not hold other messages
    worker_max_tasks_per_child=2000,
    worker_soft_shutdown_timeout=3.0,
    worker_enable_soft_shutdown_on_idle=False,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    broker_transport_options=TRANSPORT,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_channel_error_retry=True,
    task_create_missing_queues=True,
)

# Nobody waits for what a worker sends, and a message that it gives up is sent 10 s later.
_BROKER_SECONDS = 2.0
_process: dict[str, Runtime] = {}


def runtime() -> Runtime:
    """What this process works with; made at first use, so that no connection is inherited."""
    if "runtime" not in _process:
        _process["runtime"] = build(settings, broker_seconds=_BROKER_SECONDS)
    return _process["runtime"]


@signals.worker_process_init.connect
def start_child(**_: Any) -> None:
    """Begin a pool process: nothing of the parent's, and its share of the cores."""
    _process.clear()
    threadpool_limits(settings.threads)
    garbage.look_seldom()


@signals.worker_ready.connect
def start_sweeping(**_: Any) -> None:
    """Sweep from a thread of the parent, which is never busy with a stage."""
    threading.Thread(target=_sweep_for_ever, daemon=True, name="sweep").start()


def _sweep_for_ever() -> None:
    # The pool processes are forked from here: share nothing with them.
    own = build(settings, broker_seconds=_BROKER_SECONDS)
    pause = threading.Event()
    while not pause.wait(settings.sweep_seconds):
        try:
            sweep.sweep(own)
        except Exception as error:  # the database may be away; the next turn may do better
            log.warning("sweep failed", error=str(error))
