"""Answers kept for requests that carried an `Idempotency-Key`."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from service.store.tables.access import Receipt


def find(session: Session, api_key_id: UUID, key: str) -> Receipt | None:
    """Find the answer that a key's request got."""
    return session.get(Receipt, (api_key_id, key))


def add(session: Session, receipt: Receipt) -> None:
    """Keep an answer; it commits with the effect."""
    session.add(receipt)
    session.flush()


def forget(session: Session, *, before: datetime) -> int:
    """Drop answers older than a moment; say how many."""
    gone = delete(Receipt).where(Receipt.created_at < before).returning(Receipt.key)
    return len(session.scalars(gone).all())
