"""What a process works with: built once from the settings, handed down."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy.orm import Session, sessionmaker

from service.config import Settings
from service.heads import Heads
from service.live import Live
from service.queue import CeleryQueue, Queue
from service.store import blobs, database
from service.store.blobs import Blobs


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """The parts that actions and stages need; tests put other parts in their place."""

    settings: Settings
    sessions: sessionmaker[Session]
    """Transactions that may write."""
    readers: sessionmaker[Session]
    """Transactions that only read."""
    queue: Queue
    blobs: Blobs
    live: Live
    now: Callable[[], datetime]
    """The only clock."""
    chance: random.Random
    """The only dice."""
    heads: Heads = field(default_factory=Heads)
    """What this process remembers of the rankings in use."""

    def close(self) -> None:
        """Let go of the database; a process that ends need not."""
        self.sessions.kw["bind"].dispose()


def build(settings: Settings) -> Runtime:
    """Build the real thing."""
    opened = database.connect(settings.database, connections=settings.api_threads + 2)
    return Runtime(
        settings=settings,
        sessions=opened.sessions,
        readers=opened.readers,
        queue=CeleryQueue(settings.broker),
        blobs=blobs.open_blobs(settings.blobs),
        live=Live(settings.redis, timeout=settings.predict_timeout_seconds),
        now=lambda: datetime.now(UTC),
        chance=random.SystemRandom(),
    )
