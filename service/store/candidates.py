"""Who may be served next: open items that nobody holds, in the order that is asked for."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, literal_column, select
from sqlalchemy.orm import Session

from service.domain.audit import MOST_RESERVED
from service.store import openings
from service.store.tables.labelling import Label, Lease
from service.store.tables.pool import Item, Project

# Other hand-outs of this moment pass on to the next items instead of waiting for these. It only
# avoids waiting: that nothing is served twice is the unique index on leases. (SQLite, whose
# writers come one after the other, leaves it out.)
_PASS_BY: dict[str, Any] = {"of": Item, "skip_locked": True, "key_share": True}

# Positions drawn blindly for each item wanted; the second time, where little of a pool is open.
_DRAWS = (20, 500)
# Said as the index on the reserve says it, or it would not be used.
_MOST_RESERVED: ColumnElement[float] = literal_column(str(MOST_RESERVED))


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An item that may be served."""

    position: int
    key: str
    notes: Mapping[str, Any] | None
    is_stale: bool
    """Whether a lease on it that has run out still takes a slot."""


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Who asks, and when."""

    project: Project
    annotator: str
    now: datetime


def at_positions(
    session: Session, asking: Asking, positions: Sequence[int]
) -> tuple[dict[int, Candidate], set[int]]:
    """Those of some items that may be served, by position, and those that others may be served."""
    if not positions:
        return {}, set()
    args = (asking.project, asking.annotator, positions)
    theirs = openings.is_theirs(*args, now=asking.now)
    query = _columns(asking, positions).add_columns(theirs)
    query = query.where(
        *_outside_reserve(asking),
        Item.position.in_(positions),
        *openings.vacant(asking.project, positions, now=asking.now),
    )
    query = query.order_by(Item.position).with_for_update(**_PASS_BY)
    found, others = {}, set()
    for *columns, is_theirs in session.execute(query):
        each = _candidate(columns)
        if is_theirs:
            others.add(each.position)
        else:
            found[each.position] = each
    return found, others


def standing(session: Session, asking: Asking, positions: Sequence[int]) -> dict[int, bool]:
    """Which of some items are open, and whether somebody may be served them."""
    if not positions:
        return {}
    is_open, is_free = openings.vacant(asking.project, positions, now=asking.now)
    query = select(Item.position, is_free).where(
        *_outside_reserve(asking), Item.position.in_(positions), is_open
    )
    return {at: bool(free) for at, free in session.execute(query)}


def of_reserve(
    session: Session, asking: Asking, *, limit: int, without: Sequence[int] = ()
) -> list[Candidate]:
    """Next of the audit reserve, in the audit order."""
    if limit <= 0:
        return []
    query = (
        _columns(asking, None)
        .where(
            Item.project_id == asking.project.id,
            Item.audit_draw < asking.project.audit_threshold,
            Item.audit_draw < _MOST_RESERVED,
            Item.position.not_in(without),
            *_free(asking),
        )
        .order_by(Item.audit_draw)
        .limit(limit)
    )
    rows = session.execute(query.with_for_update(**_PASS_BY))
    return [_candidate(row) for row in rows]


def count_offered(session: Session, asking: Asking) -> int:
    """Items outside the reserve that could be served to the annotator now."""
    among = _outside_reserve(asking)
    if asking.project.labels_per_item > 1:
        query = select(func.count()).select_from(Item).where(*among, *_free(asking))
        return session.scalar(query) or 0
    # The same without looking at every item.
    is_open = (*among, openings.IS_OPEN)
    here = (Lease.project_id == Item.project_id, Lease.position == Item.position)
    same = (Label.project_id == Item.project_id, Label.position == Item.position)
    leased = (
        select(func.count(Lease.position.distinct()))
        .join(Item, here[0] & here[1])
        .where(
            *is_open,
            Lease.project_id == asking.project.id,
            openings.IS_LEASED,
            Lease.expires_at > asking.now,
        )
    )
    mine = (
        select(func.count())
        .select_from(Label)
        .join(Item, same[0] & same[1])
        .where(
            *is_open,
            Label.project_id == asking.project.id,
            Label.annotator == asking.annotator,
            Label.is_current,
            Label.value.is_(None),
            ~exists().where(*here, openings.is_holding(asking.now)),
        )
    )
    taken = session.scalar(select(leased.scalar_subquery() + mine.scalar_subquery())) or 0
    return max(0, asking.project.open_count - taken)


def at_random(
    session: Session,
    asking: Asking,
    chance: random.Random,
    *,
    limit: int,
    without: Sequence[int],
) -> list[Candidate]:
    """Uniform draw without replacement from the items outside the reserve.

    Positions are drawn blindly and kept where they may be served, which is exact and needs no
    scan; when that finds too few, all that may be served are listed and drawn from.
    """
    if limit <= 0:
        return []
    taken = set(without)
    pool = asking.project.next_position
    for draws in _DRAWS:
        tries = chance.sample(range(pool), min(pool, draws * limit))
        rows = _by_position(session, _offered(asking, tries))
        found = [rows[at] for at in tries if at in rows and at not in taken]
        if len(found) >= limit or len(tries) == pool:
            return found[:limit]
    rows = _by_position(session, _offered(asking, None))
    rest = [each for at, each in rows.items() if at not in taken]
    return chance.sample(rest, min(limit, len(rest)))


def _offered(asking: Asking, among: Sequence[int] | None) -> Select[Any]:
    """Items outside the reserve that could be served now, of some positions or of all."""
    query = _columns(asking, among).where(*_outside_reserve(asking), *_free(asking, among))
    return query if among is None else query.where(Item.position.in_(among))


def _by_position(session: Session, query: Select[Any]) -> dict[int, Candidate]:
    rows = session.execute(query.order_by(Item.position))
    return {row[0]: _candidate(row) for row in rows}


def _columns(asking: Asking, among: Sequence[int] | None) -> Select[Any]:
    stale = openings.is_stale(asking.project, among, now=asking.now)
    return select(Item.position, Item.key, Item.notes, stale)


def _candidate(row: Sequence[Any]) -> Candidate:
    position, key, notes, is_stale = row
    return Candidate(position=position, key=key, notes=notes, is_stale=bool(is_stale))


def _outside_reserve(asking: Asking) -> tuple[ColumnElement[bool], ...]:
    project = asking.project
    return (Item.project_id == project.id, Item.audit_draw >= project.audit_threshold)


def _free(asking: Asking, among: Sequence[int] | None = None) -> tuple[ColumnElement[bool], ...]:
    return openings.free(asking.project, asking.annotator, among, now=asking.now)
