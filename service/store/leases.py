"""Leases after they were taken: found, renewed, released, closed by labels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, and_, bindparam, func, select, update
from sqlalchemy.orm import Session

from service.domain.catalogue import Reason
from service.domain.items import ItemState, LeaseState
from service.store.lists import IsAmong, Listed
from service.store.openings import IS_LEASED
from service.store.tables.base import Base
from service.store.tables.labelling import Lease, Selection
from service.store.tables.pool import Item, Project
from service.store.writes import Writes

_PROJECT = bindparam("of_project", type_=BigInteger)
_LIST = (
    select(
        Lease.id,
        Lease.position,
        Lease.annotator,
        Lease.state,
        Lease.expires_at,
        Lease.batch_id,
        Selection.reason,
    )
    .outerjoin(
        Selection,
        and_(
            Selection.project_id == _PROJECT,
            Selection.position == Lease.position,
            Selection.batch_id == Lease.batch_id,
        ),
    )
    .where(
        Lease.project_id == _PROJECT,
        IsAmong(Lease.position, bindparam("among", type_=Listed(BigInteger))),
    )
    .order_by(Lease.id)
)
_LEASES = Base.metadata.tables[Lease.__tablename__]
_CLOSE = (
    update(_LEASES)
    .where(IsAmong(_LEASES.c.id, bindparam("ids", type_=Listed(BigInteger))))
    .values(state=bindparam("lease_state"))
)


@dataclass(frozen=True, kw_only=True)
class Held:
    """A lease as an answer finds it, with why its batch brought the item."""

    id: int
    position: int
    annotator: str
    state: LeaseState
    expires_at: datetime
    batch_id: UUID | None
    reason: Reason | None


def list_of(session: Session, project_id: int, positions: Sequence[int]) -> list[Held]:
    """Leases of items, whatever became of them, in the order that they were taken."""
    given = {"of_project": project_id, "among": list(positions)}
    rows = session.connection().execute(_LIST, given)
    return [
        Held(
            id=number,
            position=position,
            annotator=annotator,
            state=state,
            expires_at=until,
            batch_id=batch,
            reason=reason,
        )
        for number, position, annotator, state, until, batch, reason in rows.all()
    ]


def close(writes: Writes, lease_ids: Sequence[int], state: LeaseState) -> None:
    """Close leases."""
    if lease_ids:
        writes.add(_CLOSE, {"ids": list(lease_ids), "lease_state": state})


def close_all_open(session: Session, project_id: int, positions: Sequence[int]) -> None:
    """Release what anybody holds of items that need no more labels."""
    session.execute(
        update(Lease)
        .where(
            Lease.project_id == project_id,
            Lease.position.in_(positions),
            Lease.state == LeaseState.OPEN,
        )
        .values(state=LeaseState.RELEASED)
    )


def release_needless(session: Session, project_id: int) -> None:
    """Release what anybody in a project holds of items that need no more labels."""
    needless = select(Item.position).where(
        Item.project_id == project_id, Item.state != ItemState.OPEN
    )
    session.execute(
        update(Lease)
        .where(
            Lease.project_id == project_id,
            Lease.state == LeaseState.OPEN,
            Lease.position.in_(needless),
        )
        .values(state=LeaseState.RELEASED)
        .execution_options(synchronize_session=False)
    )


def free_labelled(session: Session, project_id: int, position: int, annotator: str) -> None:
    """Give back the slot of a label that is retracted."""
    session.execute(
        update(Lease)
        .where(
            Lease.project_id == project_id,
            Lease.position == position,
            Lease.annotator == annotator,
            Lease.state == LeaseState.LABELLED,
        )
        .values(state=LeaseState.RELEASED)
    )


def renew(session: Session, batch_id: UUID, *, until: datetime, now: datetime) -> int:
    """Prolong the open leases of a batch; say how many there were."""
    moved = (
        update(Lease)
        .where(Lease.batch_id == batch_id, Lease.state == LeaseState.OPEN, Lease.expires_at > now)
        .values(expires_at=until)
        .returning(Lease.id)
    )
    return len(session.scalars(moved).all())


def release(session: Session, batch_id: UUID, *, now: datetime) -> int:
    """Give back what a batch still holds; say how many items that were."""
    moved = (
        update(Lease)
        .where(Lease.batch_id == batch_id, Lease.state == LeaseState.OPEN, Lease.expires_at > now)
        .values(state=LeaseState.RELEASED)
        .returning(Lease.id)
    )
    return len(session.scalars(moved).all())


def held_positions(session: Session, batch_id: UUID, *, now: datetime) -> set[int]:
    """Items that a batch still holds."""
    query = select(Lease.position).where(
        Lease.batch_id == batch_id, Lease.state == LeaseState.OPEN, Lease.expires_at > now
    )
    return set(session.scalars(query))


def others(session: Session, project: Project, *, now: datetime) -> tuple[int, datetime | None]:
    """How many items are held now, and when the first of them comes back."""
    query = (
        select(func.count(Lease.position.distinct()), func.min(Lease.expires_at))
        .join(Item, (Item.project_id == Lease.project_id) & (Item.position == Lease.position))
        .where(
            Lease.project_id == project.id,
            Lease.state == LeaseState.OPEN,
            Lease.expires_at > now,
            Item.state == "open",
        )
    )
    count, first = session.execute(query).one()
    return count, first


def count_annotators(session: Session, project_id: int, *, now: datetime) -> int:
    """People who hold something now."""
    query = select(func.count(Lease.annotator.distinct())).where(
        Lease.project_id == project_id, IS_LEASED, Lease.expires_at > now
    )
    return session.scalar(query) or 0


def expire_all(session: Session, *, now: datetime, limit: int) -> int:
    """Close leases that ran out, for tidiness: nobody relies on it."""
    late = (
        select(Lease.id)
        .where(Lease.state == LeaseState.OPEN, Lease.expires_at <= now)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    moved = update(Lease).where(Lease.id.in_(late)).values(state=LeaseState.EXPIRED)
    return len(session.scalars(moved.returning(Lease.id)).all())
