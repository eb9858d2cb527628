"""Bounds on one request, in force while it is served."""

from contextvars import ContextVar
from dataclasses import dataclass

from service.config import Settings


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How much one request may ask for; see the settings of the same names."""

    max_rows: int = 1_000
    max_batch_size: int = 1_000
    max_lease_seconds: int = 604_800
    max_text_bytes: int = 2**20

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """Take the bounds from the settings."""
        return cls(
            max_rows=settings.max_rows,
            max_batch_size=settings.max_batch_size,
            max_lease_seconds=settings.max_lease_seconds,
            max_text_bytes=settings.max_text_bytes,
        )


_IN_FORCE: ContextVar[Limits | None] = ContextVar("limits", default=None)


def enforce(limits: Limits) -> None:
    """Put bounds in force for the request being served."""
    _IN_FORCE.set(limits)


def in_force() -> Limits:
    """Bounds of the request being served."""
    return _IN_FORCE.get() or Limits()
