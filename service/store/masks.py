"""What a strategy must not offer: items that are answered, parked, deleted or reserved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, bindparam, literal_column, select
from sqlalchemy.orm import Session

from service.domain.audit import MOST_RESERVED
from service.domain.items import ItemState
from service.store import columns, training
from service.store.lists import IsAmong, Listed
from service.store.tables.labelling import Lease
from service.store.tables.pool import Item, Project

_WITHOUT_LABELS = (ItemState.PARKED, ItemState.DELETED)
"""States of closed items that nobody need have labelled."""


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
    """Positions that a strategy must not offer, of all the pool, in no order; some come twice.

    What has a label is told by labels, which lie together, not by items, which lie scattered.
    Where an item may have several, those with one are among them: they are asked about again for
    reasons of their own.
    """
    # Said as the indexes on closed and on reserved items say it, or they would not be used.
    is_open: ColumnElement[str] = literal_column("'open'")
    ended = select(Item.position).where(
        Item.project_id == project.id, Item.state != is_open, Item.state.in_(_WITHOUT_LABELS)
    )
    reserved = select(Item.position).where(
        Item.project_id == project.id,
        Item.state == is_open,
        Item.audit_draw < project.audit_threshold,
        Item.audit_draw < literal_column(str(MOST_RESERVED)),
    )
    return [
        *training.known_positions(session, project),
        *columns.read(session, ended)[0],
        *columns.read(session, reserved)[0],
    ]


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
