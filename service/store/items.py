"""Items: registered by key, found by key or position, listed by state."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, exists, func, insert, select, update
from sqlalchemy.orm import Session

from service.domain.items import SKIPS_TO_PARK, ItemState
from service.errors import NotFound
from service.store.tables.labelling import Lease
from service.store.tables.pool import Item, Payload, Project


def get(session: Session, project_id: int, key: str, *, lock: bool = False) -> Item:
    """Get an item by its key.

    Raises:
        NotFound: the project has no such item.
    """
    found = find_many(session, project_id, [key], lock=lock).get(key)
    if found is None:
        raise NotFound(f"there is no item {key!r} in this project")
    return found


def find_many(
    session: Session, project_id: int, keys: Iterable[str], *, lock: bool = False
) -> dict[str, Item]:
    """Items of a project by key; those that do not exist are left out.

    Who changes items locks them before anything else of theirs, in the order of positions:
    hand-outs then pass them by, and nobody waits in a circle.
    """
    query = select(Item).where(
        Item.project_id == project_id,
        Item.key.in_(list(keys)),
        Item.state != ItemState.DELETED,
    )
    if lock:
        query = query.order_by(Item.position).with_for_update(key_share=True)
    return {item.key: item for item in session.scalars(query)}


def at_positions(session: Session, project_id: int, positions: Sequence[int]) -> dict[int, Item]:
    """Items by position."""
    query = select(Item).where(Item.project_id == project_id, Item.position.in_(positions))
    return {item.position: item for item in session.scalars(query)}


def add_many(
    session: Session, items: Sequence[Mapping[str, Any]], payloads: Sequence[Mapping[str, Any]]
) -> None:
    """Add items with what was sent for them."""
    session.execute(insert(Item), list(items))
    session.execute(insert(Payload), list(payloads))


def texts(session: Session, project_id: int, positions: Sequence[int]) -> dict[int, str | None]:
    """Texts of items by position."""
    query = select(Payload.position, Payload.text).where(
        Payload.project_id == project_id, Payload.position.in_(positions)
    )
    return dict(session.execute(query).all())


def payloads(session: Session, project_id: int, *, first: int, rows: int) -> list[Payload]:
    """What was sent for a stretch of positions, in their order."""
    query = select(Payload).where(
        Payload.project_id == project_id,
        Payload.position >= first,
        Payload.position < first + rows,
    )
    return list(session.scalars(query.order_by(Payload.position)))


def list_for(
    session: Session,
    project_id: int,
    *,
    state: str | None,
    after: int | None,
    limit: int,
    now: datetime,
) -> list[Item]:
    """Items in order of registration; `state` as clients see it."""
    query = select(Item).where(Item.project_id == project_id)
    query = in_state(query, state, now)
    if after is not None:
        query = query.where(Item.position > after)
    return list(session.scalars(query.order_by(Item.position).limit(limit)))


def _is_leased(now: datetime) -> Any:
    """Condition: somebody holds the item."""
    return exists().where(
        Lease.project_id == Item.project_id,
        Lease.position == Item.position,
        Lease.state == "open",
        Lease.expires_at > now,
    )


def leased_among(
    session: Session, project_id: int, positions: Sequence[int], *, now: datetime
) -> set[int]:
    """Which of these items somebody holds."""
    query = select(Lease.position).where(
        Lease.project_id == project_id,
        Lease.position.in_(positions),
        Lease.state == "open",
        Lease.expires_at > now,
    )
    return set(session.scalars(query))


def restate(session: Session, project: Project) -> None:
    """Work out the state of every item again, after `labels_per_item` has changed."""
    session.execute(
        update(Item)
        .where(Item.project_id == project.id, Item.state != ItemState.DELETED)
        .values(
            state=case(
                (Item.labels >= project.labels_per_item, ItemState.LABELLED),
                (Item.skips >= SKIPS_TO_PARK, ItemState.PARKED),
                else_=ItemState.OPEN,
            )
        )
    )
    project.reopened += 1
    labelled = select(func.count()).where(
        Item.project_id == project.id, Item.state == ItemState.LABELLED
    )
    project.labelled_count = session.scalar(labelled) or 0
    project.open_count = count_open(session, project, first=project.audit_threshold, end=2.0)


def count_open(session: Session, project: Project, *, first: float, end: float) -> int:
    """Open items whose audit draw is in a range."""
    query = select(func.count()).where(
        Item.project_id == project.id,
        Item.state == ItemState.OPEN,
        Item.audit_draw >= first,
        Item.audit_draw < end,
    )
    return session.scalar(query) or 0


def in_state(query: Select[Item], state: str | None, now: datetime) -> Select[Item]:
    """Only items in a state as clients see it; any but deleted if none is given."""
    match state:
        case "leased":
            return query.where(Item.state == ItemState.OPEN, _is_leased(now))
        case "unlabelled":
            return query.where(Item.state == ItemState.OPEN, ~_is_leased(now))
        case None:
            return query.where(Item.state != ItemState.DELETED)
        case _:
            return query.where(Item.state == state)
