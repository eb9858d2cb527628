"""Many items looked for at once, by key or by position, without loading them."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.domain.items import ItemState
from service.store.tables.pool import Item


def digests(
    session: Session, project_id: int, keys: Sequence[str], *, before: int | None = None
) -> dict[str, bytes]:
    """Digests of the contents that keys stand for, of items `before` a position or of all."""
    query = select(Item.key, Item.digest).where(
        Item.project_id == project_id, Item.key.in_(keys), Item.state != ItemState.DELETED
    )
    if before is not None:
        query = query.where(Item.position < before)
    return dict(session.execute(query).all())


def keys_from(
    session: Session, project_id: int, *, position: int, limit: int
) -> list[tuple[int, str, bytes]]:
    """Position, key and digest of the next items from a position on."""
    query = (
        select(Item.position, Item.key, Item.digest)
        .where(
            Item.project_id == project_id,
            Item.position >= position,
            Item.state != ItemState.DELETED,
        )
        .order_by(Item.position)
        .limit(limit)
    )
    return [(at, key, digest) for at, key, digest in session.execute(query)]


def count_between(session: Session, project_id: int, *, first: int, end: int) -> int:
    """Items at positions from `first` to before `end`, whatever became of them."""
    query = select(func.count()).where(
        Item.project_id == project_id, Item.position >= first, Item.position < end
    )
    return session.scalar(query) or 0


def is_any_between(session: Session, project_id: int, *, first: int, end: int) -> bool:
    """Whether a row is at a position from `first` to before `end`."""
    query = select(Item.position).where(
        Item.project_id == project_id, Item.position >= first, Item.position < end
    )
    return session.scalar(query.limit(1)) is not None
