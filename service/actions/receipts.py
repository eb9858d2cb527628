"""Requests that carry an `Idempotency-Key`: their answer is kept, and given again.

The record commits with the effect, so that a request is neither applied twice nor answered
without having been applied (draft-ietf-httpapi-idempotency-key-header-07).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from service.actions.access import Caller, Repeatable
from service.errors import Conflict, Unacceptable, retry_after
from service.runtime import Runtime
from service.store import claims, receipts
from service.store.tables.access import Receipt


@dataclass(frozen=True, kw_only=True)
class Kept:
    """An answer that was given before."""

    status: int
    body: bytes


@contextmanager
def claim(runtime: Runtime, caller: Caller, request: Repeatable) -> Iterator[Kept | None]:
    """Hold a request's key while it runs; give the earlier answer if there is one.

    Raises:
        Conflict: the first request under this key still runs.
        Unacceptable: the key was used for another request.
    """
    name = f"{caller.key_id}/{request.key}"
    engine = runtime.sessions.kw["bind"]
    with claims.claimed(engine, name, runtime.claims) as had:
        if not had:
            raise Conflict(
                "a request with this Idempotency-Key is still running", headers=retry_after(1)
            )
        yield _find(runtime, caller, request)


def sealed(caller: Caller) -> Caller:
    """The caller with all that another thread must know to keep their answer."""
    request = caller.repeatable
    if request is None:
        return caller
    fingerprint = request.fingerprint()
    return replace(caller, repeatable=replace(request, fingerprint=lambda: fingerprint))


def keep(session: Session, caller: Caller, answer: Any, *, at: datetime) -> None:
    """Keep an answer, if the request may be repeated; it commits with the effect."""
    request = caller.repeatable
    if request is None:
        return
    status, body = request.render(answer)
    receipts.add(
        session,
        Receipt(
            api_key_id=caller.key_id,
            key=request.key,
            fingerprint=request.fingerprint(),
            status=status,
            body=body,
            created_at=at,
        ),
    )


def _find(runtime: Runtime, caller: Caller, request: Repeatable) -> Kept | None:
    with runtime.readers() as session:
        found = receipts.find(session, caller.key_id, request.key)
    if found is None:
        return None
    if found.fingerprint != request.fingerprint():
        raise Unacceptable("this Idempotency-Key was used for another request")
    return Kept(status=found.status, body=found.body)
