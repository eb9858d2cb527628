"""Labels: one current answer per item and annotator, and all that came before it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session

from service.domain.items import ItemState
from service.errors import NotFound
from service.store.tables.labelling import Label
from service.store.tables.pool import Item, Project
from service.store.writes import Writes

Row = tuple[int, int, int, str]
"""Position, value, number and annotator of a label."""


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


def are_any_between(session: Session, project_id: int, *, first: int, end: int) -> bool:
    """Whether an item of a stretch of positions has a label."""
    query = select(Label.number).where(
        Label.project_id == project_id,
        Label.position >= first,
        Label.position < end,
        Label.is_current,
        Label.value.is_not(None),
    )
    return session.scalar(query.limit(1)) is not None


def training(session: Session, project: Project) -> list[Row]:
    """Every label to train on, by position.

    The audit reserve is left out, whoever labelled it.
    """
    return _rows(session, _values(project, _is_for_training(project)))


def audit(session: Session, project: Project) -> list[Row]:
    """The same of the items of today's audit reserve that have all the labels they need.

    No version was ever trained on them: the reserve only shrinks. Labels that were given beside
    a prediction are left out. Which items have what they need is not asked in the query: a
    planner that has no statistics yet would look through all items.
    """
    is_blind = Label.prediction_shown.is_not(True)
    reserved = _values(project, _is_reserved(project), is_blind).join(
        Item, (Item.project_id == Label.project_id) & (Item.position == Label.position)
    )
    found = session.execute(reserved.add_columns(Item.state))
    return [tuple(row) for *row, state in found.all() if state == ItemState.LABELLED]


def known(session: Session, project: Project) -> list[Row]:
    """The same with the audit reserve, for those who train on nothing that is used."""
    return _rows(session, _values(project))


def count_reserved(session: Session, project: Project) -> int:
    """Labelled items of the audit reserve."""
    reserved = _items(_values(project, _is_reserved(project)))
    return session.scalar(select(func.count()).select_from(reserved.subquery())) or 0


def labelled_positions(session: Session, project: Project) -> list[int]:
    """Items outside the reserve that have a label, in order."""
    query = _values(project, _is_for_training(project))
    return sorted(session.scalars(_items(query)).all())


def tally(session: Session, project: Project) -> tuple[int, int]:
    """Labelled items, and classes among their labels, the audit reserve included."""
    counts = (func.count(Label.position.distinct()), func.count(Label.value.distinct()))
    items, classes = session.execute(
        _values(project).order_by(None).with_only_columns(*counts)
    ).one()
    return items, classes


def count_by_class(session: Session, project: Project) -> list[int]:
    """How many items somebody has labelled with each class, outside the reserve."""
    query = (
        _values(project, _is_for_training(project))
        .order_by(None)
        .with_only_columns(Label.value, func.count(Label.position.distinct()))
        .group_by(Label.value)
    )
    counts = dict(session.execute(query).all())
    return [counts.get(value, 0) for value in range(len(project.classes))]


def _is_for_training(project: Project) -> ColumnElement[bool]:
    return Label.audit_draw >= project.audit_threshold


def _is_reserved(project: Project) -> ColumnElement[bool]:
    return Label.audit_draw < project.audit_threshold


def _values(project: Project, *among: ColumnElement[bool]) -> Select[int, int | None, int, str]:
    """Current labels by item and number, of items that are there."""
    return (
        select(Label.position, Label.value, Label.number, Label.annotator)
        .where(
            Label.project_id == project.id,
            Label.is_current,
            Label.value.is_not(None),
            Label.audit_draw.is_not(None),
            *among,
        )
        .order_by(Label.position, Label.number)
    )


def _items(labelled: Select[int, int | None, int, str]) -> Select[int]:
    return labelled.order_by(None).with_only_columns(Label.position).distinct()


def _rows(session: Session, query: Select[int, int | None, int, str]) -> list[Row]:
    rows = session.execute(query).all()
    return [(p, value, n, who) for p, value, n, who in rows if value is not None]


def newest_positions(session: Session, project: Project, *, limit: int) -> list[int]:
    """Items labelled last, outside the reserve."""
    among = _values(project, _is_for_training(project))
    query = among.with_only_columns(Label.position).order_by(None).order_by(Label.number.desc())
    return list(dict.fromkeys(session.scalars(query.limit(limit))))
