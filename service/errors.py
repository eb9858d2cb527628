"""What can be the case when a request is refused, each in words for the caller.

A class says what is the case; `service.api.problems` maps it to a status.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One place in the request that is not acceptable, as an RFC 6901 pointer and a sentence."""

    pointer: str
    detail: str


class ServiceError(Exception):
    """The request cannot be served."""

    def __init__(
        self,
        detail: str,
        *,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = tuple(faults)
        self.headers = dict(headers or {})


class Unauthenticated(ServiceError):
    """No key, or one that is not known."""


class Forbidden(ServiceError):
    """The key's role is too small."""


class NotFound(ServiceError):
    """There is no such thing in this workspace."""


class Conflict(ServiceError):
    """The request contradicts the present state."""


class Unacceptable(ServiceError):
    """The request parses and is not acceptable."""


class PreconditionMissing(ServiceError):
    """`If-Match` is required here."""


class PreconditionFailed(ServiceError):
    """The thing was changed since it was read."""


class TooManyRequests(ServiceError):
    """The key's rate limit is used up."""


class Unavailable(ServiceError):
    """A part that the answer needs does not answer now."""


def retry_after(seconds: float) -> dict[str, str]:
    """Header that says when to ask again, rounded up to whole seconds."""
    return {"Retry-After": str(max(1, int(-(-seconds // 1))))}
