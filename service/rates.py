"""Rate limits by key: a moving window in Redis, or none when Redis is away."""

import time
from dataclasses import dataclass

import structlog
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Rate:
    """How a key stands against its limit."""

    is_allowed: bool
    quota: int
    window_seconds: int
    remaining: int
    reset_seconds: int


class Rates:
    """Counts requests of each key against one limit."""

    def __init__(self, limit: str, redis_url: str) -> None:
        try:
            self._item: RateLimitItem = parse(limit)
        except ValueError as error:
            raise ValueError(f"RATE_LIMIT={limit!r} is not like `600/minute`") from error
        storage = storage_from_string(
            _storage_url(redis_url), wrap_exceptions=True, socket_timeout=1
        )
        self._limiter = MovingWindowRateLimiter(storage)

    def hit(self, key_id: str) -> Rate | None:
        """Count a request; None, which allows it, if the counter cannot be reached."""
        try:
            is_allowed = self._limiter.hit(self._item, key_id)
            window = self._limiter.get_window_stats(self._item, key_id)
        except (StorageError, RedisError) as error:
            log.warning("rate limit not enforced", error=str(error))
            return None
        return Rate(
            is_allowed=is_allowed,
            quota=self._item.amount,
            window_seconds=self._item.get_expiry(),
            remaining=window.remaining,
            reset_seconds=max(1, int(window.reset_time - time.time()) + 1),
        )


def _storage_url(redis_url: str) -> str:
    return redis_url.replace("unix://", "redis+unix://", 1)
