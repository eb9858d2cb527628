"""Many items looked for at once, by key or by position, without loading them."""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.domain.items import ItemState
from service.store.tables.pool import Item

T = TypeVar("T")


def positions(session: Session, project_id: int, keys: Sequence[str]) -> dict[str, int]:
    """Positions of items by key; those that do not exist are left out."""
    return dict(session.execute(_named(Item.position, project_id, keys)).all())


def digests(
    session: Session, project_id: int, keys: Sequence[str], *, before: int | None = None
) -> dict[str, bytes]:
    """Digests of the contents that keys stand for, of items `before` a position or of all."""
    query = _named(Item.digest, project_id, keys)
    if before is not None:
        query = query.where(Item.position < before)
    return dict(session.execute(query).all())


def keys_from(
    session: Session, project_id: int, *, first: int, limit: int, end: int | None = None
) -> list[tuple[int, str]]:
    """Position and key of the next items from a position on, as far as before `end`."""
    query = _next(project_id, first, limit, Item.position, Item.key)
    if end is not None:
        query = query.where(Item.position < end)
    return [(at, key) for at, key in session.execute(query)]


def digests_from(
    session: Session, project_id: int, *, first: int, limit: int
) -> list[tuple[int, str, bytes]]:
    """Position, key and digest of the next items from a position on."""
    query = _next(project_id, first, limit, Item.position, Item.key, Item.digest)
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


def _named(
    column: InstrumentedAttribute[T], project_id: int, keys: Sequence[str]
) -> Select[str, T]:
    """A column of the items that keys stand for, behind the keys."""
    return select(Item.key, column).where(*_present(project_id), Item.key.in_(keys))


def _next(
    project_id: int, first: int, limit: int, *columns: InstrumentedAttribute[Any]
) -> Select[Any]:
    """Columns of the next items from a position on."""
    query = select(*columns).where(*_present(project_id), Item.position >= first)
    return query.order_by(Item.position).limit(limit)


def _present(project_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (Item.project_id == project_id, Item.state != ItemState.DELETED)
