"""Who may be served next: open items that nobody holds, in the order that is asked for."""

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Select,
    select,
)
from sqlalchemy.orm import Session

from service.domain.catalogue import Asked
from service.store import openings
from service.store.lists import IsAmong
from service.store.openings import AMONG, Kind
from service.store.tables.pool import Item, Project

# Other hand-outs of this moment pass on to the next items instead of waiting for these. It only
# avoids waiting: that nothing is served twice is the unique index on leases. (SQLite, whose
# writers come one after the other, leaves it out.)
PASS_BY: dict[str, Any] = {"of": Item, "skip_locked": True, "key_share": True}

_MOST_AT_ONCE = 500
"""Items looked at in one statement: PostgreSQL plans it by the list, and for one of thousands it
reads all of the pool, however large that is, instead of looking each of them up."""

# Positions drawn blindly for each item wanted; the second time, where little of a pool is open.
_DRAWS = (20, 500)


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
    """Who asks, and when: one, or several of whom each must do with what is answered."""

    project: Project
    annotators: tuple[str, ...]
    now: datetime


def at_positions(
    session: Session, asking: Asking, positions: Sequence[int], *, asked: Asked | None = None
) -> tuple[dict[int, Candidate], set[int]]:
    """Those of some items that may be served, by position, and those that others may be served.

    Args:
        asked: why they are asked about again, where somebody has labelled them.
    """
    if not positions:
        return {}, set()
    found, others = {}, set()
    kind = openings.kind_of(asking.project, among=True, asked=asked)
    rows = session.connection().execute(_at_positions(kind), given(asking, positions))
    for *row, is_theirs in rows.all():
        each = of_row(row)
        if is_theirs:
            others.add(each.position)
        else:
            found[each.position] = each
    return found, others


@cache
def _at_positions(kind: Kind) -> Select[Any]:
    query = columns(kind).add_columns(openings.is_theirs(kind))
    query = query.where(
        *openings.outside_reserve(), IsAmong(Item.position, AMONG), *openings.vacant(kind)
    )
    return query.order_by(Item.position).with_for_update(**PASS_BY)


def standing(
    session: Session, asking: Asking, positions: Sequence[int], *, asked: Asked | None = None
) -> dict[int, bool]:
    """Which of some items are open, and whether somebody may be served them."""
    query = _standing(openings.kind_of(asking.project, among=True, asked=asked))
    found: dict[int, bool] = {}
    for among in _stretches(positions):
        rows = session.connection().execute(query, given(asking, among))
        found |= {at: bool(free) for at, free in rows.all()}
    return found


@cache
def _standing(kind: Kind) -> Select[int, bool]:
    is_open, is_free = openings.vacant(kind)
    return select(Item.position, is_free).where(
        *openings.outside_reserve(), IsAmong(Item.position, AMONG), is_open
    )


def at_random(
    session: Session,
    asking: Asking,
    chance: random.Random,
    *,
    limit: int,
    without: Collection[int],
    again: bool = False,
) -> list[Candidate]:
    """Uniform draw without replacement from the items outside the reserve.

    Positions are drawn blindly and kept where they may be served, which is exact and needs no
    scan; when that finds too few, all that may be served are listed and drawn from.

    Args:
        again: draw also from items that somebody has labelled or holds, and that need more labels.
    """
    if limit <= 0:
        return []
    taken = set(without)
    pool = asking.project.next_position
    for draws in _DRAWS:
        tries = chance.sample(range(pool), min(pool, draws * limit))
        found = _first_offered(session, asking, tries, limit, taken, again=again)
        if len(found) == limit or len(tries) == pool:
            return found
    query = _offered(openings.kind_of(asking.project, again=again))
    rest = [
        of_row(row)
        for row in session.connection().execute(query, given(asking))
        if row[0] not in taken
    ]
    return chance.sample(rest, min(limit, len(rest)))


def _first_offered(
    session: Session,
    asking: Asking,
    tries: Sequence[int],
    limit: int,
    taken: Collection[int],
    *,
    again: bool,
) -> list[Candidate]:
    """The first of some positions, in their order, that may be served."""
    query = _offered(openings.kind_of(asking.project, among=True, again=again))
    found: list[Candidate] = []
    for among in _stretches(tries):
        rows = {row[0]: row for row in session.connection().execute(query, given(asking, among))}
        found += [of_row(rows[at]) for at in among if at in rows and at not in taken]
        if len(found) >= limit:
            break
    return found[:limit]


@cache
def _offered(kind: Kind) -> Select[Any]:
    """Items outside the reserve that could be served now, of some positions or of all."""
    query = columns(kind).where(*openings.outside_reserve(), *openings.free(kind))
    query = query.where(IsAmong(Item.position, AMONG)) if kind.among else query
    return query.order_by(Item.position)


def _stretches(positions: Sequence[int]) -> Iterator[Sequence[int]]:
    """As many positions as are looked at in one statement, and the next ones."""
    for first in range(0, len(positions), _MOST_AT_ONCE):
        yield positions[first : first + _MOST_AT_ONCE]


def given(asking: Asking, among: Sequence[int] = ()) -> dict[str, Any]:
    return openings.given(asking.project, asking.annotators, now=asking.now, among=among)


def columns(kind: Kind) -> Select[Any]:
    """What is read of an item that may be served."""
    return select(Item.position, Item.key, Item.notes, openings.is_stale(kind))


def of_row(row: Sequence[Any]) -> Candidate:
    """An item from its `columns`."""
    position, key, notes, is_stale = row
    return Candidate(position=position, key=key, notes=notes, is_stale=bool(is_stale))
