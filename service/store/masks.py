"""What a strategy must not offer: items that are answered, parked, deleted or reserved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, bindparam, literal_column, select
from sqlalchemy.orm import Session

from service.domain.audit import MOST_RESERVED
from service.domain.items import ItemState
from service.store.lists import IsAmong, Listed
from service.store.tables.labelling import Lease
from service.store.tables.pool import Item, Project


def free_among(session: Session, project: Project, positions: Sequence[int]) -> set[int]:
    """Positions, of those given, that a strategy may offer."""
    query = select(Item.position).where(
        Item.project_id == project.id,
        IsAmong(Item.position, bindparam("among", list(positions), type_=Listed(BigInteger))),
        Item.state == ItemState.OPEN,
        Item.labels == 0,
        Item.audit_draw >= project.audit_threshold,
    )
    return set(session.scalars(query))


def closed_positions(session: Session, project: Project) -> list[int]:
    """Positions that a strategy must not offer, of all the pool: by the indexes on the two kinds,
    which say the same in words. Where an item may have several labels, those with one are among
    them: they are asked about again for reasons of their own."""
    is_open: ColumnElement[str] = literal_column("'open'")
    closed = select(Item.position).where(Item.project_id == project.id, Item.state != is_open)
    reserved = select(Item.position).where(
        Item.project_id == project.id,
        Item.state == is_open,
        Item.audit_draw < project.audit_threshold,
        Item.audit_draw < literal_column(str(MOST_RESERVED)),
    )
    found = [*session.scalars(closed).all(), *session.scalars(reserved).all()]
    if project.labels_per_item > 1:
        found += [position for position, _ in begun(session, project)]
    return found


def begun(session: Session, project: Project) -> list[tuple[int, int]]:
    """Items outside the reserve with labels that may have more, each with how many it has."""
    query = (
        select(Item.position, Item.labels)
        .where(
            Item.project_id == project.id,
            Item.state == ItemState.OPEN,
            Item.labels > 0,
            Item.audit_draw >= project.audit_threshold,
        )
        .order_by(Item.position)
    )
    return [(position, labels) for position, labels in session.execute(query)]


@dataclass(frozen=True, kw_only=True)
class InState:
    """Items in a state as clients see it, told by the fewer positions: of them, or of the rest."""

    positions: list[int]
    are_in: bool


def in_state(session: Session, project: Project, state: str | None, *, now: datetime) -> InState:
    """Items in a state, or all but the deleted; of a large pool nearly all are `unlabelled`."""
    held = select(Lease.position).where(
        Lease.project_id == project.id,
        Lease.state == literal_column("'open'"),
        Lease.expires_at > now,
    )
    closed = select(Item.position).where(
        Item.project_id == project.id, Item.state != literal_column("'open'")
    )
    match state:
        case "leased":
            queries = [held.where(Lease.position.not_in(closed))]
        case "unlabelled":
            queries = [held, closed]
        case None:
            queries = [closed.where(Item.state == ItemState.DELETED)]
        case _:
            queries = [closed.where(Item.state == state)]
    positions = [at for query in queries for at in session.scalars(query)]
    return InState(positions=positions, are_in=state not in (None, "unlabelled"))
