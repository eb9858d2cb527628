"""Labels: one current answer per item and annotator, and all that came before it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.errors import NotFound
from service.store.tables.labelling import Label
from service.store.tables.pool import Item, Project
from service.store.writes import Writes


def current(
    session: Session, project_id: int, positions: Sequence[int]
) -> dict[tuple[int, str], Label]:
    """Current answers for items, by position and annotator."""
    query = select(Label).where(
        Label.project_id == project_id, Label.position.in_(positions), Label.is_current
    )
    return {(label.position, label.annotator): label for label in session.scalars(query)}


def get(session: Session, project_id: int, label_id: UUID) -> Label:
    """Get a current label.

    Raises:
        NotFound: there is none, or it was superseded or retracted.
    """
    query = (
        select(Label)
        .join(Item, (Item.project_id == Label.project_id) & (Item.position == Label.position))
        .where(
            Label.id == label_id,
            Label.project_id == project_id,
            Label.is_current,
            Item.state != "deleted",
        )
    )
    label = session.scalar(query.with_for_update(of=Item, key_share=True))
    if label is None:
        raise NotFound(f"there is no current label {label_id} in this project")
    return label


def end(session: Session, numbers: Sequence[int], *, at: datetime) -> None:
    """Take answers out of force; they stay in the history."""
    if numbers:
        session.execute(
            update(Label)
            .where(Label.number.in_(numbers))
            .values(is_current=False, ended_at=at)
            .execution_options(synchronize_session=False)
        )


def add_many(writes: Writes, same: Mapping[str, Any], columns: Mapping[str, Sequence[Any]]) -> None:
    """Add answers: what they share, and columns in which they differ."""
    writes.add_rows(Label.__table__, same, columns)


def lose_item(session: Session, project_id: int, position: int) -> None:
    """Leave out of learning what was said of an item that is deleted."""
    session.execute(
        update(Label)
        .where(Label.project_id == project_id, Label.position == position)
        .values(audit_draw=None)
        .execution_options(synchronize_session=False)
    )


def draw_anew(session: Session, project_id: int) -> None:
    """Give labels the audit draws that their items have by now."""
    draw = select(Item.audit_draw).where(
        Item.project_id == Label.project_id, Item.position == Label.position
    )
    session.execute(
        update(Label)
        .where(Label.project_id == project_id, Label.audit_draw.is_not(None))
        .values(audit_draw=draw.scalar_subquery())
        .execution_options(synchronize_session=False)
    )


def list_for(
    session: Session,
    project: Project,
    *,
    train_only: bool,
    after: int | None,
    limit: int,
    position: int | None = None,
) -> list[tuple[Label, str]]:
    """Current answers with their items' keys, oldest first.

    `train_only` leaves out skips and the audit reserve.
    """
    query = (
        select(Label, Item.key)
        .join(Item, (Item.project_id == Label.project_id) & (Item.position == Label.position))
        .where(Label.project_id == project.id, Label.is_current, Item.state != "deleted")
    )
    if train_only:
        query = query.where(Label.value.is_not(None), Item.audit_draw >= project.audit_threshold)
    if position is not None:
        query = query.where(Label.position == position)
    if after is not None:
        query = query.where(Label.number > after)
    rows = session.execute(query.order_by(Label.number).limit(limit))
    return [(label, key) for label, key in rows]
