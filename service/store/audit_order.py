"""The audit reserve in its order: what of it may be served next."""

from collections.abc import Collection
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Float, Select, bindparam, literal_column, select
from sqlalchemy.orm import Session

from service.domain.audit import MOST_RESERVED
from service.store import candidates, openings
from service.store.candidates import PASS_BY, Asking, Candidate
from service.store.lists import IsAmong, Listed
from service.store.openings import PROJECT, THRESHOLD, Kind
from service.store.tables.pool import Item

# Said as the index on the reserve says it, or it would not be used.
_MOST_RESERVED: ColumnElement[float] = literal_column(str(MOST_RESERVED))


def next_free(
    session: Session, asking: Asking, *, limit: int, without: Collection[int] = ()
) -> list[Candidate]:
    """Next of the audit reserve, in the audit order."""
    if limit <= 0:
        return []
    rows = session.connection().execute(
        _next_free(openings.kind_of(asking.project, again=True)),
        candidates.given(asking) | {"most": limit, "without": list(without)},
    )
    return [candidates.of_row(row) for row in rows]


@cache
def _next_free(kind: Kind) -> Select[Any]:
    query = candidates.columns(kind).where(
        Item.project_id == PROJECT,
        Item.audit_draw < THRESHOLD,
        Item.audit_draw < _MOST_RESERVED,
        ~IsAmong(Item.position, bindparam("without", type_=Listed(BigInteger))),
        *openings.free(kind),
    )
    query = query.order_by(Item.audit_draw).limit(bindparam("most", type_=BigInteger))
    return query.with_for_update(**PASS_BY)


def next_rows(
    session: Session, asking: Asking, *, above: float, after: int, limit: int
) -> list[tuple[int, int, float]]:
    """The vacant ones of the audit reserve above a draw: places behind one, positions, draws."""
    query = _next_rows(openings.kind_of(asking.project, again=True))
    given = candidates.given(asking) | {"above": above, "most": limit}
    rows = session.connection().execute(query, given)
    return [(place, position, draw) for place, (position, draw) in enumerate(rows, after + 1)]


@cache
def _next_rows(kind: Kind) -> Select[int, float]:
    query = select(Item.position, Item.audit_draw).where(
        Item.project_id == PROJECT,
        Item.audit_draw > bindparam("above", type_=Float),
        Item.audit_draw < THRESHOLD,
        Item.audit_draw < _MOST_RESERVED,
        *openings.vacant(kind),
    )
    return query.order_by(Item.audit_draw).limit(bindparam("most", type_=BigInteger))
