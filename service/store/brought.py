"""Probabilities that clients bring: which blobs hold those of a version, by stretch of the pool."""

from collections.abc import Mapping

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from service.store.tables.brought import Brought

ROWS = 65_536
"""Positions in one stretch, whatever the feature shards are."""


def add(session: Session, version_id: int, digests: Mapping[int, str]) -> None:
    """Say which blobs a version consists of."""
    rows = [
        {"version_id": version_id, "number": number, "digest": digest}
        for number, digest in digests.items()
    ]
    if rows:
        session.execute(insert(Brought), rows)


def find_all(session: Session, version_id: int | None) -> dict[int, str]:
    """The blobs of a version by the number of their stretch; where nothing came there is none."""
    query = select(Brought).where(Brought.version_id == version_id).order_by(Brought.number)
    return {row.number: row.digest for row in session.scalars(query)}
