"""Labelled items to be asked about again: written with a ranking, handed out in their order."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Select, String, bindparam, select
from sqlalchemy.orm import Session

from service.domain.catalogue import Asked
from service.store import candidates, openings
from service.store.candidates import PASS_BY, Asking, Candidate
from service.store.lists import IsAmong, Listed, add_rows
from service.store.openings import Kind
from service.store.tables.coverage import Recheck
from service.store.tables.learning import Ranking
from service.store.tables.pool import Item

Row = tuple[int, float | None, float | None]
"""Position, score, probability."""


def add(session: Session, ranking_id: int, kind: Asked, rows: Sequence[Row]) -> bool:
    """Write what is to be asked again beside a ranking; say so unless it is gone or has it."""
    there = select(Ranking.id).where(Ranking.id == ranking_id).with_for_update(key_share=True)
    had = select(Recheck.place).where(Recheck.ranking_id == ranking_id, Recheck.kind == kind)
    if not rows or session.scalar(there) is None or session.scalar(had.limit(1)) is not None:
        return False
    positions, scores, probabilities = zip(*rows, strict=True)
    columns = {
        "place": list(range(1, len(rows) + 1)),
        "position": list(positions),
        "score": list(scores),
        "probability": list(probabilities),
    }
    add_rows(session, Recheck.__table__, {"ranking_id": ranking_id, "kind": kind}, columns)
    return True


def next_free(
    session: Session,
    asking: Asking,
    ranking_id: int,
    kind: Asked,
    *,
    limit: int,
    without: Sequence[int],
) -> list[tuple[Candidate, float | None, float | None]]:
    """The next items of a kind that somebody else has labelled and nobody holds, with their
    scores and probabilities."""
    if limit <= 0:
        return []
    given = openings.given(asking.project, asking.annotator, now=asking.now)
    given |= {"of_ranking": ranking_id, "kind": kind, "most": limit, "without": list(without)}
    query = _next_free(openings.kind_of(asking.project, again=True), asked=kind)
    rows = session.connection().execute(query, given)
    return [(candidates.of_row(columns), score, part) for *columns, score, part in rows]


@cache
def _next_free(kind: Kind, *, asked: Asked) -> Select[Any]:
    query = (
        candidates.columns(kind)
        .add_columns(Recheck.score, Recheck.probability)
        .join(Recheck, Recheck.position == Item.position)
        .where(
            Recheck.ranking_id == bindparam("of_ranking", type_=BigInteger),
            Recheck.kind == bindparam("kind", type_=String),
            *openings.outside_reserve(),
            ~IsAmong(Item.position, bindparam("without", type_=Listed(BigInteger))),
            *openings.free(kind),
            ~openings.is_held(),
        )
    )
    if asked is Asked.BLIND_REPEAT:  # a second label tells how far two people agree, and no third
        query = query.where(Item.labels == 1)
    query = query.order_by(Recheck.place).limit(bindparam("most", type_=BigInteger))
    return query.with_for_update(**PASS_BY)
