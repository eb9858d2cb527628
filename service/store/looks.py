"""The next items of several orders that may be served: found, and locked, in one look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    bindparam,
    literal_column,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from service.domain.orders import Order
from service.store import candidates, openings
from service.store.candidates import PASS_BY, Asking, Candidate
from service.store.database import is_sqlite
from service.store.lists import IsAmong, Listed, PlaceAmong
from service.store.openings import PROJECT, THRESHOLD, Kind
from service.store.tables.pool import Item

ORDERS = (Order.RANKING, Order.COVERAGE, Order.RESERVE)


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """The next items of an order, of whom so many are wanted.

    More are looked at than are wanted, since other processes take of them too; no more are
    locked: who locks more sends rivals further down.
    """

    positions: Sequence[int] = ()
    wanted: int = 0


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What was seen of a stretch."""

    free: Mapping[int, Candidate]
    """What may be served to all who ask, by position."""
    others: frozenset[int]
    """What may be served, but not to all of them."""
    passed: Sequence[int]
    """As much of the stretch as it took; the rest is not known."""


def first_free(
    session: Session, asking: Asking, stretches: Mapping[Order, Stretch]
) -> dict[Order, Sight]:
    """Look for the first items of some orders that may be served."""
    wanted = {order: stretches.get(order, Stretch()) for order in ORDERS}
    everything = {position for each in wanted.values() for position in each.positions}
    found: dict[Order, list[Candidate]] = {order: [] for order in ORDERS}
    theirs: dict[Order, set[int]] = {order: set() for order in ORDERS}
    if everything:
        given = openings.given(
            asking.project, asking.annotators, now=asking.now, among=sorted(everything)
        )
        for order, each in wanted.items():
            # SQLite locks no items, and would look for each one's place in the whole list.
            most = len(each.positions) if is_sqlite(session) else each.wanted
            given |= {f"next_{order}": list(each.positions), f"most_{order}": most}
        kind = openings.kind_of(asking.project, among=True)
        rows = session.connection().execute(_first_free(kind), given).all()
        for order, *row, is_theirs in rows:
            candidate = candidates.of_row(row)
            found[order].append(candidate)
            if is_theirs:
                theirs[order].add(candidate.position)
    return {order: _sight(wanted[order], found[order], theirs[order]) for order in ORDERS}


def _sight(stretch: Stretch, found: Sequence[Candidate], theirs: set[int]) -> Sight:
    places = {position: place for place, position in enumerate(stretch.positions)}
    first = sorted(found, key=lambda each: places[each.position])[: stretch.wanted]
    is_whole = len(first) < stretch.wanted or not first
    end = len(stretch.positions) if is_whole else 1 + places[first[-1].position]
    return Sight(
        free={each.position: each for each in first if each.position not in theirs},
        others=frozenset(each.position for each in first if each.position in theirs),
        passed=stretch.positions[:end],
    )


@cache
def _first_free(kind: Kind) -> CompoundSelect[Any]:
    parts = (_part(kind, order).cte(str(order)) for order in ORDERS)
    return union_all(*(select(literal_column(f"'{part.name}'"), part) for part in parts))


def _part(kind: Kind, order: Order) -> Any:
    positions = bindparam(f"next_{order}", type_=Listed(BigInteger))
    is_reserved: ColumnElement[bool] = Item.audit_draw < THRESHOLD
    return (
        candidates.columns(kind)
        .add_columns(openings.is_theirs(kind).label("is_theirs"))
        .where(
            Item.project_id == PROJECT,
            is_reserved if order is Order.RESERVE else ~is_reserved,
            IsAmong(Item.position, positions),
            *openings.vacant(kind),
        )
        .order_by(PlaceAmong(Item.position, positions))
        .limit(bindparam(f"most_{order}", type_=BigInteger))
        .with_for_update(**PASS_BY)
    )
