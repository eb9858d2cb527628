"""When an item may be served to somebody, as conditions for a query."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, literal_column, select
from sqlalchemy.orm import aliased

from service.store.tables.labelling import Label, Lease
from service.store.tables.pool import Item, Project

# In words, not as parameters: so a plan that is made once may use the partial indexes that say
# the same, and SQLite, which compares letter for letter, uses them at all.
_OPEN: ColumnElement[str] = literal_column("'open'")
_LABELLED: ColumnElement[str] = literal_column("'labelled'")
IS_OPEN: ColumnElement[bool] = Item.state == _OPEN
IS_LEASED: ColumnElement[bool] = Lease.state == _OPEN


def free(
    project: Project, annotator: str, among: Sequence[int] | None, *, now: datetime
) -> tuple[ColumnElement[bool], ...]:
    """Conditions on `Item`: open, a slot free, and neither with who asks nor answered by them."""
    return (*vacant(project, among, now=now), ~is_theirs(project, annotator, among, now=now))


def vacant(
    project: Project, among: Sequence[int] | None, *, now: datetime
) -> tuple[ColumnElement[bool], ...]:
    """Conditions on `Item`: open, and a slot free.

    The positions `among` which items are sought are said once more of the other tables: else
    PostgreSQL walks through all that a project has there while it takes them for small.
    """
    if project.labels_per_item == 1:
        held = exists().where(*_leases(project, among), is_holding(now))
        return (IS_OPEN, ~held)
    other = aliased(Lease)
    holders = (
        select(func.count())
        .where(
            other.project_id == Item.project_id,
            other.position == Item.position,
            other.state == _OPEN,
            other.expires_at > now,
        )
        .scalar_subquery()
    )
    return (IS_OPEN, Item.labels + holders < project.labels_per_item)


def is_theirs(
    project: Project, annotator: str, among: Sequence[int] | None, *, now: datetime
) -> ColumnElement[bool]:
    """Condition on an `Item` that is vacant: with an annotator already, or answered by them."""
    same = [Label.project_id == project.id, Label.position == Item.position]
    if among is not None:
        same.append(Label.position.in_(among))
    answered = exists().where(*same, Label.annotator == annotator, Label.is_current)
    if project.labels_per_item == 1:
        return answered
    mine = exists().where(*_leases(project, among), Lease.annotator == annotator, is_holding(now))
    return mine | answered


def is_stale(
    project: Project, among: Sequence[int] | None, *, now: datetime
) -> ColumnElement[bool]:
    """Condition on `Item`: a lease that has run out still takes a slot in the index."""
    return exists().where(*_leases(project, among), IS_LEASED, Lease.expires_at <= now)


def is_holding(now: datetime) -> ColumnElement[bool]:
    """Condition on `Lease`: it keeps a slot of its item taken."""
    is_held = Lease.state.in_([_OPEN, _LABELLED])
    return is_held & ((Lease.state == _LABELLED) | (Lease.expires_at > now))


def _leases(project: Project, among: Sequence[int] | None) -> list[ColumnElement[bool]]:
    here = [Lease.project_id == project.id, Lease.position == Item.position]
    return here if among is None else [*here, Lease.position.in_(among)]
