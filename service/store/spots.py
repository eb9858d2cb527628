"""Predictions that people are to check, in their order, as far as they may be served."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, select
from sqlalchemy.orm import Session

from service.store import candidates, openings
from service.store.candidates import PASS_BY, Asking, Candidate
from service.store.lists import IsAmong, Listed
from service.store.openings import PROJECT, Kind
from service.store.tables.pool import Item
from service.store.tables.reports import Spot


def is_any(session: Session, project_id: int) -> bool:
    """Whether a project has anything to check."""
    query = select(Spot.place).where(Spot.project_id == project_id)
    return session.scalar(query.limit(1)) is not None


def next_free(
    session: Session, asking: Asking, *, limit: int, without: Sequence[int]
) -> list[tuple[Candidate, Spot]]:
    """The next items that are to be checked and may be served."""
    given = openings.given(asking.project, asking.annotator, now=asking.now)
    rows = session.execute(
        _next_free(openings.kind_of(asking.project)),
        given | {"most": limit, "without": list(without)},
    )
    return [(candidates.of_row(columns), spot) for *columns, spot in rows]


@cache
def _next_free(kind: Kind) -> Select[Any]:
    query = (
        candidates.columns(kind)
        .add_columns(Spot)
        .join(Spot, (Spot.project_id == PROJECT) & (Spot.position == Item.position))
        .where(
            *openings.outside_reserve(),
            ~IsAmong(Item.position, bindparam("without", type_=Listed(BigInteger))),
            *openings.free(kind),
        )
    )
    query = query.order_by(Spot.place).limit(bindparam("most", type_=BigInteger))
    return query.with_for_update(**PASS_BY)
