"""Parts of a runtime that tests put in the place of the real ones: plain classes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from service.domain.runs import Stage


@dataclass
class RecordingQueue:
    """A queue that keeps what was sent."""

    sent: list[tuple[Stage, tuple[Any, ...]]] = field(default_factory=list)
    predictions: list[str] = field(default_factory=list)
    is_up: bool = True

    def start(self, stage: Stage, *ids: Any) -> bool:
        """Keep a message."""
        self.sent.append((Stage(stage), ids))
        return self.is_up

    def predict(self, request_id: str) -> bool:
        """Keep a request."""
        self.predictions.append(request_id)
        return self.is_up

    def take(self) -> list[tuple[Stage, tuple[Any, ...]]]:
        """What was sent since the last time."""
        taken, self.sent = self.sent, []
        return taken


@dataclass
class AnsweringQueue(RecordingQueue):
    """A queue with a worker behind it."""

    work: Callable[[str], None] = print

    def predict(self, request_id: str) -> bool:
        """Work at once."""
        self.work(request_id)
        return True


@dataclass
class FrozenClock:
    """A clock that stands still until it is moved, or goes on a bit at each look."""

    at: datetime = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    pace: float = 0.0
    """Seconds that each look takes."""

    def __call__(self) -> datetime:
        """The time."""
        self.advance(self.pace)
        return self.at

    def advance(self, seconds: float) -> None:
        """Move on."""
        self.at += timedelta(seconds=seconds)
