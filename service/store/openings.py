"""When an item may be served to somebody, as conditions for a query."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from service.domain.items import HOLDING, ItemState
from service.store.tables.labelling import Label, Lease
from service.store.tables.pool import Item, Project


def free(
    project: Project, annotator: str, among: Sequence[int] | None, *, now: datetime
) -> tuple[ColumnElement[bool], ...]:
    """Conditions on `Item`: open, a slot free, and not answered by who asks.

    The positions `among` which items are sought are said once more of the other tables: else
    PostgreSQL walks through all that a project has there while it takes them for small.
    """
    here = [Lease.project_id == project.id, Lease.position == Item.position]
    same = [Label.project_id == project.id, Label.position == Item.position]
    if among is not None:
        here.append(Lease.position.in_(among))
        same.append(Label.position.in_(among))
    holding = is_holding(now)
    mine = exists().where(*here, Lease.annotator == annotator, holding)
    answered = exists().where(*same, Label.annotator == annotator, Label.is_current)
    if project.labels_per_item == 1:
        return (Item.state == ItemState.OPEN, ~exists().where(*here, holding), ~answered)
    other = aliased(Lease)
    held = (
        select(func.count())
        .where(
            other.project_id == Item.project_id,
            other.position == Item.position,
            other.state == "open",
            other.expires_at > now,
        )
        .scalar_subquery()
    )
    room = Item.labels + held < project.labels_per_item
    return (Item.state == ItemState.OPEN, room, ~mine, ~answered)


def is_holding(now: datetime) -> ColumnElement[bool]:
    """Condition on `Lease`: it keeps a slot of its item taken."""
    return Lease.state.in_(HOLDING) & ((Lease.state == "labelled") | (Lease.expires_at > now))
