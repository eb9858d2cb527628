"""A Celery consumer that outlives its broker."""

from typing import Any

from celery.worker.consumer import Consumer


class SafeConsumer(Consumer):  # type: ignore[misc]  # celery is untyped
    """Keeps the channel of messages in flight when the broker goes away.

    Celery 5.7.0 closes the broken connection first; a late-acknowledged task that then finishes
    finds no channel, and the worker exits. The regression test kills a broker under a task.
    """

    def on_connection_error_after_connected(self, exc: Any) -> None:
        """Leave this one dead connection open; a new one is made anyway."""
        if self.connection is not None:
            self.connection.close = lambda: None
        super().on_connection_error_after_connected(exc)
