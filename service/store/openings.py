"""When an item may be served to somebody, as conditions for a query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    String,
    bindparam,
    exists,
    func,
    literal_column,
    select,
)
from sqlalchemy.orm import aliased

from service.domain.catalogue import Asked
from service.store.lists import IsAmong, Listed
from service.store.tables.base import Utc
from service.store.tables.labelling import Label, Lease
from service.store.tables.pool import Item, Project

# In words, not as parameters: so a plan that is made once may use the partial indexes that say
# the same, and SQLite, which compares letter for letter, uses them at all.
_OPEN: ColumnElement[str] = literal_column("'open'")
_LABELLED: ColumnElement[str] = literal_column("'labelled'")
IS_OPEN: ColumnElement[bool] = Item.state == _OPEN
IS_LEASED: ColumnElement[bool] = Lease.state == _OPEN


# What a statement is asked with. It is built once and given these as it is executed: to build it
# at every request takes longer than the database takes to answer.
PROJECT = bindparam("of_project", type_=BigInteger)
THRESHOLD = bindparam("threshold", type_=Float)
ANNOTATOR = bindparam("annotator", type_=String)
"""The first of those who ask."""
ANNOTATORS = bindparam("annotators", type_=Listed(String))
NOW = bindparam("at", type_=Utc)
AMONG = bindparam("among", type_=Listed(BigInteger))
_PER_ITEM = bindparam("per_item", type_=BigInteger)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What decides how a statement reads: each kind is built once."""

    is_first: bool
    """Whether items are left out that anybody has labelled or holds; else a free slot will do."""
    among: bool = False
    """Whether items are sought among certain positions."""
    asked: Asked | None = None
    """Why they are asked about again: then nobody may hold them now."""


def given(
    project: Project, annotators: Sequence[str], *, now: datetime, among: Sequence[int] = ()
) -> dict[str, Any]:
    """What a statement is executed with."""
    return {
        "of_project": project.id,
        "threshold": project.audit_threshold,
        "annotator": annotators[0],
        "annotators": list(annotators),
        "at": now,
        "among": list(among),
        "per_item": project.labels_per_item,
    }


def kind_of(
    project: Project, *, among: bool = False, again: bool = False, asked: Asked | None = None
) -> Kind:
    """The kind of statement that a project needs.

    Args:
        again: seek items that need one more label, whoever labelled or holds them already.
        asked: seek those of them that nobody holds.
    """
    is_again = (again or asked is not None) and project.labels_per_item > 1
    return Kind(is_first=not is_again, among=among, asked=asked)


def outside_reserve() -> tuple[ColumnElement[bool], ...]:
    """Conditions on `Item`: of the project, and not reserved for the audit."""
    return (Item.project_id == PROJECT, Item.audit_draw >= THRESHOLD)


def free(kind: Kind) -> tuple[ColumnElement[bool], ...]:
    """Conditions on `Item`: open, a slot free, and neither with who asks nor answered by them."""
    return (*vacant(kind), ~is_theirs(kind))


def vacant(kind: Kind) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Conditions on `Item`: open, and a slot free.

    The positions `among` which items are sought are said once more of the other tables: else
    PostgreSQL walks through all that a project has there while it takes them for small.
    """
    if kind.is_first:
        return (IS_OPEN, ~exists().where(*_leases(kind), is_holding()))
    other = aliased(Lease)
    holders = (
        select(func.count())
        .where(
            other.project_id == Item.project_id,
            other.position == Item.position,
            other.state == _OPEN,
            other.expires_at > NOW,
        )
        .scalar_subquery()
    )
    is_free = Item.labels + holders < _PER_ITEM
    if kind.asked is not None:
        is_free &= ~exists().where(*_leases(kind), IS_LEASED, Lease.expires_at > NOW)
    if kind.asked is Asked.BLIND_REPEAT:  # two labels tell how far people agree, a third does not
        return (IS_OPEN & (Item.labels == 1), is_free)
    return (IS_OPEN, is_free)


def is_theirs(kind: Kind) -> ColumnElement[bool]:
    """Condition on an `Item` that is vacant: with one who asks already, or answered by them."""
    same = [Label.project_id == PROJECT, Label.position == Item.position]
    if kind.among:
        same.append(IsAmong(Label.position, AMONG))
    answered = exists().where(*same, IsAmong(Label.annotator, ANNOTATORS), Label.is_current)
    if kind.is_first:
        return answered
    held = (*_leases(kind), IsAmong(Lease.annotator, ANNOTATORS), is_holding())
    return answered | exists().where(*held)


def is_stale(kind: Kind) -> ColumnElement[bool]:
    """Condition on `Item`: a lease that has run out still takes a slot in the index."""
    return exists().where(*_leases(kind), IS_LEASED, Lease.expires_at <= NOW)


def is_holding() -> ColumnElement[bool]:
    """Condition on `Lease`: it keeps a slot of its item taken."""
    is_held = Lease.state.in_([_OPEN, _LABELLED])
    return is_held & ((Lease.state == _LABELLED) | (Lease.expires_at > NOW))


def _leases(kind: Kind) -> list[ColumnElement[bool]]:
    here = [Lease.project_id == PROJECT, Lease.position == Item.position]
    return [*here, IsAmong(Lease.position, AMONG)] if kind.among else here
