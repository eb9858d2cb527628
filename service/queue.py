"""The producer: sends an id to the queue of a stage, and gives up soon if the broker is away."""

from typing import Any, Protocol

import structlog
from celery import Celery
from kombu.exceptions import OperationalError

from service.domain.runs import PREDICT_QUEUE, Stage

log = structlog.get_logger(__name__)

# Without a result backend and with few retries a dead broker costs a request well below a second:
# one that hangs is waited for at the message, and at both ends of a new connection.
_RETRY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1}
PROMPT_SECONDS = 0.25
"""How long a producer for whom somebody waits bears with each word of a broker that hangs."""

TRANSPORT = {
    # Longer than any stage may take: recovery is the lease on the run, not redelivery.
    "visibility_timeout": 7200,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 30,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 25,
    "global_keyprefix": "al:",
}


class Queue(Protocol):
    """Where stages are announced."""

    def start(self, stage: Stage, *ids: Any) -> bool:
        """Announce a stage; say whether the broker took the message."""

    def predict(self, request_id: str) -> bool:
        """Announce an ad-hoc prediction; say whether the broker took the message."""


class CeleryQueue:
    """Messages through Celery. A lost one is sent again by the sweep."""

    def __init__(self, broker: str, *, seconds: float = PROMPT_SECONDS) -> None:
        patience = {"socket_timeout": seconds, "socket_connect_timeout": seconds}
        self._app = Celery("service", broker=broker)
        self._app.conf.update(
            task_ignore_result=True,
            broker_transport_options=TRANSPORT | patience,
            task_publish_retry_policy=_RETRY,
        )

    def start(self, stage: Stage, *ids: Any) -> bool:
        """Send the ids to the stage's queue."""
        return self._send(str(stage), [str(each) for each in ids])

    def predict(self, request_id: str) -> bool:
        """Send the id of a waiting request to the predictor."""
        return self._send(PREDICT_QUEUE, [request_id])

    def _send(self, queue: str, arguments: list[str]) -> bool:
        try:
            self._app.send_task(f"workers.{queue}", arguments, queue=queue)
        except (OperationalError, OSError) as error:
            log.warning("message not sent", queue=queue, ids=arguments, error=str(error))
            return False
        return True
