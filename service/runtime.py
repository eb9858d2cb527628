"""What a process works with: built once from the settings, handed down."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import BoundedSemaphore
from urllib.parse import urlsplit

from sqlalchemy.orm import Session, sessionmaker

from service.config import Settings
from service.heads import Heads
from service.live import Live
from service.queue import PROMPT_SECONDS, CeleryQueue, Queue
from service.store import database
from service.store.blobs import Blobs, LocalBlobs
from service.store.keys import Known
from service.store.remote import address
from service.store.remote.bucket import BucketBlobs
from service.store.remote.cache import Cache
from service.store.tallies import Tallies
from service.turns import Turns

# Connections of a process that are kept; as many more in need. Threads may be more: those who
# wait for a turn, a worker or a slow client need none.
CONNECTIONS = 10


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """The parts that actions and stages need; tests put other parts in their place."""

    settings: Settings
    sessions: sessionmaker[Session]
    """Transactions that may write."""
    readers: sessionmaker[Session]
    """Transactions that only read."""
    snapshots: sessionmaker[Session]
    """The same, of which all statements see one moment."""
    queue: Queue
    blobs: Blobs
    live: Live
    now: Callable[[], datetime]
    """The only clock."""
    chance: random.Random
    """The only dice."""
    heads: Heads = field(default_factory=Heads)
    """What this process remembers of the rankings in use."""
    keys: Known = field(default_factory=Known)
    """Keys that this process found a moment ago."""
    tallies: Tallies = field(default_factory=Tallies)
    """How large this process found audit reserves."""
    turns: Turns = field(default_factory=Turns)
    """Which threads of this process wait for the same thing."""

    claims: BoundedSemaphore = field(default_factory=partial(BoundedSemaphore, CONNECTIONS))
    """Places of requests that hold a connection while another does their work."""

    @property
    def has_one_writer(self) -> bool:
        """Whether all transactions that may write come one after the other, as on SQLite."""
        return database.has_one_writer(self.sessions.kw["bind"])

    def close(self) -> None:
        """Let go of the database; a process that ends need not."""
        self.sessions.kw["bind"].dispose()


def build(settings: Settings, *, broker_seconds: float = PROMPT_SECONDS) -> Runtime:
    """Build the real thing.

    Args:
        broker_seconds: how long to bear with each word of a broker that hangs.
    """
    connections = min(settings.api_threads, CONNECTIONS)
    opened = database.connect(settings.database, connections=connections)
    return Runtime(
        settings=settings,
        sessions=opened.sessions,
        readers=opened.readers,
        snapshots=opened.snapshots,
        queue=CeleryQueue(settings.broker, seconds=broker_seconds),
        blobs=open_blobs(settings),
        live=Live(settings.redis, timeout=settings.predict_timeout_seconds),
        now=lambda: datetime.now(UTC),
        chance=random.SystemRandom(),
    )


def open_blobs(settings: Settings) -> Blobs:
    """Open the blob store that the settings name.

    Raises:
        ValueError: its URL is neither `file:///…` nor `s3://…`.
    """
    parts = urlsplit(settings.blobs)
    if parts.scheme == "s3":
        cache = Cache(settings.data_path / "cache", limit=settings.blob_cache_bytes)
        return BucketBlobs(address.read(settings.blobs), cache)
    if parts.scheme != "file" or parts.netloc or not parts.path:
        raise ValueError(f"BLOB_URL={settings.blobs!r} is neither file:///… nor s3://…")
    return LocalBlobs(Path(parts.path))
