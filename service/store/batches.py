"""Batches and the log of what was served in them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, String, bindparam, select
from sqlalchemy.orm import Session

from service.errors import NotFound
from service.store.lists import add_rows
from service.store.openings import IS_LEASED
from service.store.tables.base import Utc
from service.store.tables.labelling import Batch, Label, Lease, Selection
from service.store.tables.pool import Item
from service.store.writes import Writes

_LATELY = 21
_UNTIL_KNOWN = 10
_OPEN = (
    select(Batch)
    .join(Lease, Lease.batch_id == Batch.id)
    .where(
        Batch.project_id == bindparam("of_project", type_=BigInteger),
        Batch.annotator == bindparam("whose", type_=String),
        IS_LEASED,
        Lease.expires_at > bindparam("at", type_=Utc),
    )
    .order_by(Batch.created_at.desc())
    .limit(1)
)


def add_many(
    writes: Writes, same: Mapping[str, Any], each: Sequence[Mapping[str, Any]]
) -> list[Batch]:
    """Add batches, given as what they share and how they differ.

    What is answered is not the session's, which need not look after it.
    """
    columns = {name: [one[name] for one in each] for name in each[0]}
    writes.add_rows(Batch.__table__, same, columns)
    return [Batch(**same, **one) for one in each]


def get(session: Session, project_id: int, batch_id: UUID) -> Batch:
    """Get a batch of a project.

    Raises:
        NotFound: the project has no such batch.
    """
    batch = session.get(Batch, batch_id)
    if batch is None or batch.project_id != project_id:
        raise NotFound(f"there is no batch {batch_id} in this project")
    return batch


def find_open(session: Session, project_id: int, annotator: str, *, now: datetime) -> Batch | None:
    """The annotator's newest batch of which something is still held."""
    return session.scalar(_OPEN, {"of_project": project_id, "whose": annotator, "at": now})


def usual_size(session: Session, project_id: int) -> int:
    """Size of the batches that are asked for lately: the median of the last few."""
    query = select(Batch.size).where(Batch.project_id == project_id)
    sizes = sorted(session.scalars(query.order_by(Batch.created_at.desc()).limit(_LATELY)))
    return sizes[len(sizes) // 2] if sizes else _UNTIL_KNOWN


def log(session: Session, same: Mapping[str, Any], columns: Mapping[str, Sequence[Any]]) -> None:
    """Write down what is served: what the rows share, and columns in which they differ."""
    add_rows(session, Selection.__table__, same, columns)


def served(session: Session, batch_id: UUID) -> list[Selection]:
    """What a batch brought, in its order."""
    query = (
        select(Selection)
        .join(Item, _is_its_item())
        .where(Selection.batch_id == batch_id, Item.state != "deleted")
        .order_by(Selection.place)
    )
    return list(session.scalars(query))


def list_for_item(
    session: Session, project_id: int, position: int, *, limit: int
) -> list[Selection]:
    """When and why an item was served, newest first."""
    query = select(Selection).where(
        Selection.project_id == project_id, Selection.position == position
    )
    return list(session.scalars(query.order_by(Selection.id.desc()).limit(limit)))


def list_answered(
    session: Session, project_id: int, *, before: int | None, limit: int
) -> list[tuple[Selection, str, Label | None]]:
    """The log of a project, newest first, each with the current answer of who was asked."""
    query = (
        select(Selection, Item.key, Label)
        .join(Item, _is_its_item())
        .outerjoin(
            Label,
            (Label.project_id == Selection.project_id)
            & (Label.position == Selection.position)
            & (Label.annotator == Selection.annotator)
            & Label.is_current,
        )
        .where(Selection.project_id == project_id)
    )
    if before is not None:
        query = query.where(Selection.id < before)
    rows = session.execute(query.order_by(Selection.id.desc()).limit(limit))
    return [(selection, key, label) for selection, key, label in rows]


def is_answer() -> ColumnElement[bool]:
    """Condition that a label was given in the batch that brought its item."""
    return (
        (Label.project_id == Selection.project_id)
        & (Label.position == Selection.position)
        & (Label.batch_id == Selection.batch_id)
    )


def _is_its_item() -> ColumnElement[bool]:
    return (Item.project_id == Selection.project_id) & (Item.position == Selection.position)
