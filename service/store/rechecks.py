"""Labelled items to be asked about again: written with a ranking, handed out in their order."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.domain.catalogue import Asked
from service.store.lists import add_rows
from service.store.tables.coverage import Recheck
from service.store.tables.learning import Ranking

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


def next_rows(
    session: Session, ranking_id: int, kind: Asked, after: int
) -> list[tuple[int, int, float]]:
    """The rest of an order behind a place: places, positions, scores of those that are doubted
    and probabilities of those that are drawn."""
    worth = func.coalesce(Recheck.score, Recheck.probability, 0.0)
    query = (
        select(Recheck.place, Recheck.position, worth)
        .where(Recheck.ranking_id == ranking_id, Recheck.kind == kind, Recheck.place > after)
        .order_by(Recheck.place)
    )
    return [(place, position, value) for place, position, value in session.execute(query)]
