"""What learning reads of labels: to train on, of the audit reserve, and how many there are."""

from collections import Counter
from itertools import compress

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from service.domain.items import ItemState
from service.store import columns
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
    """Every label to train on, in no order.

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
    *found, states = columns.read(session, reserved.join(Item, is_its).add_columns(Item.state))
    is_done = (state == ItemState.LABELLED for state in states)
    return list(compress(zip(*found, strict=True), is_done))


def known_rows(session: Session, project: Project) -> list[Row]:
    """The same with the audit reserve, for those who train on nothing that is used."""
    return _read(session, _values(project))


def count_reserved(session: Session, project: Project) -> int:
    """Labelled items of the audit reserve."""
    labelled = func.count(Label.position.distinct())
    return session.scalar(_values(project, _is_reserved(project)).with_only_columns(labelled)) or 0


def positions(session: Session, project: Project) -> list[int]:
    """The item of each label outside the reserve, in no order."""
    return _positions(session, _values(project, _is_for_training(project)))


def known_positions(session: Session, project: Project) -> list[int]:
    """The same with the audit reserve."""
    return _positions(session, _values(project))


def tally(session: Session, project: Project) -> tuple[int, int]:
    """Labelled items, and classes among their labels, the audit reserve included."""
    counts = (func.count(Label.position.distinct()), func.count(Label.value.distinct()))
    items, classes = session.execute(_values(project).with_only_columns(*counts)).one()
    return items, classes


def count_by_class(session: Session, project: Project) -> Counter[int]:
    """How many items somebody has labelled with each class, outside the reserve."""
    among = _values(project, _is_for_training(project))
    values, positions = columns.read(session, among.with_only_columns(Label.value, Label.position))
    return Counter(value for value, _ in set(zip(values, positions, strict=True)))


def _is_for_training(project: Project) -> ColumnElement[bool]:
    return Label.audit_draw >= project.audit_threshold


def _is_reserved(project: Project) -> ColumnElement[bool]:
    return Label.audit_draw < project.audit_threshold


def _values(project: Project, *among: ColumnElement[bool]) -> Select[int, int | None, int, str]:
    """Current labels of items that are there."""
    return select(Label.position, Label.value, Label.number, Label.annotator).where(
        Label.project_id == project.id,
        Label.is_current,
        Label.value.is_not(None),
        IS_THERE,
        *among,
    )


def _read(session: Session, query: Select[int, int | None, int, str]) -> list[Row]:
    return list(zip(*columns.read(session, query), strict=True))


def _positions(session: Session, query: Select[int, int | None, int, str]) -> list[int]:
    return columns.read(session, query.with_only_columns(Label.position))[0]


def newest_positions(session: Session, project: Project, *, limit: int) -> list[int]:
    """Items labelled last, outside the reserve."""
    among = _values(project, _is_for_training(project))
    query = among.with_only_columns(Label.position).order_by(Label.number.desc())
    return list(dict.fromkeys(session.scalars(query.limit(limit))))
