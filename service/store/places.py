"""Orders kept as rows: places from 1, an item in each, and what it is worth there.

An order is told by its table and by the values that its rows share: those of its ranking, say.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.store import lists
from service.store.tables.coverage import Covering, Recheck
from service.store.tables.learning import Ranked, Ranking
from service.store.tables.reports import Spot

Row = tuple[int, int, float]
"""Place, position, and what the item is worth to its order."""
Table: TypeAlias = type[Covering] | type[Recheck] | type[Ranked] | type[Spot]
Worth: TypeAlias = InstrumentedAttribute[float] | ColumnElement[float]


def add_rows(
    session: Session,
    table: Table,
    same: Mapping[str, Any],
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    first_place: int,
) -> None:
    """Write a stretch of an order, given as rows whose fields are named."""
    if rows:
        places = list(range(first_place, first_place + len(rows)))
        fields = map(list, zip(*rows, strict=True))
        columns = {"place": places, **dict(zip(names, fields, strict=True))}
        lists.add_rows(session, table.__table__, same, columns)


def add_beside(
    session: Session,
    table: type[Covering] | type[Recheck],
    same: Mapping[str, Any],
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> bool:
    """Write an order beside its ranking; say so unless that is gone or has the order already."""
    ranking = select(Ranking.id).where(Ranking.id == same["ranking_id"])
    there = ranking.with_for_update(key_share=True)
    if not rows or session.scalar(there) is None or is_any(session, table, same):
        return False
    add_rows(session, table, same, names, rows, first_place=1)
    return True


def is_any(session: Session, table: Table, same: Mapping[str, Any]) -> bool:
    """Whether there is such an order."""
    query = select(table.place).where(*_of(table, same))
    return session.scalar(query.limit(1)) is not None


def next_rows(
    session: Session,
    table: Table,
    same: Mapping[str, Any],
    worth: Worth,
    *,
    after: int,
    limit: int | None = None,
) -> list[Row]:
    """The rest of an order behind a place, or a stretch of it."""
    query = (
        select(table.place, table.position, worth)
        .where(*_of(table, same), table.place > after)
        .order_by(table.place)
        .limit(limit)
    )
    return [(place, position, value) for place, position, value in session.execute(query)]


def _of(table: Table, same: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    return [getattr(table, name) == value for name, value in same.items()]
