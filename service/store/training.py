"""What learning reads of labels: to train on, of the audit reserve, and how many there are."""

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from service.domain.items import ItemState
from service.store.tables.labelling import Label
from service.store.tables.pool import Item, Project

Row = tuple[int, int, int, str]
"""Position, value, number and annotator of a label."""


IS_THERE = Label.audit_draw.is_not(None)
"""Condition on `Label`: its item was not deleted."""


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


def rows(session: Session, project: Project) -> list[Row]:
    """Every label to train on, by position.

    The audit reserve is left out, whoever labelled it.
    """
    return _read(session, _values(project, _is_for_training(project)))


def audit_rows(session: Session, project: Project) -> list[Row]:
    """The same of the items of today's audit reserve that have all the labels they need.

    No version was ever trained on them: the reserve only shrinks. Labels that were given beside
    a prediction are left out. Which items have what they need is not asked in the query: a
    planner that has no statistics yet would look through all items; and not at all where one
    label is enough, since items lie scattered over the pool.
    """
    is_blind = Label.prediction_shown.is_not(True)
    reserved = _values(project, _is_reserved(project), is_blind)
    if project.labels_per_item == 1:
        return _read(session, reserved)
    is_its = (Item.project_id == Label.project_id) & (Item.position == Label.position)
    found = session.execute(reserved.join(Item, is_its).add_columns(Item.state))
    return [tuple(row) for *row, state in found.all() if state == ItemState.LABELLED]


def known_rows(session: Session, project: Project) -> list[Row]:
    """The same with the audit reserve, for those who train on nothing that is used."""
    return _read(session, _values(project))


def count_reserved(session: Session, project: Project) -> int:
    """Labelled items of the audit reserve."""
    reserved = _items(_values(project, _is_reserved(project)))
    return session.scalar(select(func.count()).select_from(reserved.subquery())) or 0


def positions(session: Session, project: Project) -> list[int]:
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
            IS_THERE,
            *among,
        )
        .order_by(Label.position, Label.number)
    )


def _items(labelled: Select[int, int | None, int, str]) -> Select[int]:
    return labelled.order_by(None).with_only_columns(Label.position).distinct()


def _read(session: Session, query: Select[int, int | None, int, str]) -> list[Row]:
    rows = session.execute(query).all()
    return [(p, value, n, who) for p, value, n, who in rows if value is not None]


def newest_positions(session: Session, project: Project, *, limit: int) -> list[int]:
    """Items labelled last, outside the reserve."""
    among = _values(project, _is_for_training(project))
    query = among.with_only_columns(Label.position).order_by(None).order_by(Label.number.desc())
    return list(dict.fromkeys(session.scalars(query.limit(limit))))
