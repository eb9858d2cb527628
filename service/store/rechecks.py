"""Labelled items to be asked about again: written behind a ranking, handed out in their order."""

from collections.abc import Sequence

from sqlalchemy import func
from sqlalchemy.orm import Session

from service.domain.catalogue import Asked
from service.store import places
from service.store.tables.coverage import Recheck

Row = tuple[int, float | None, float | None]
"""Position, score, probability."""


def add(session: Session, ranking_id: int, kind: Asked, rows: Sequence[Row]) -> bool:
    """Write what is to be asked again beside a ranking; say so unless it is gone or has it."""
    same = {"ranking_id": ranking_id, "kind": kind}
    return places.add_beside(session, Recheck, same, ("position", "score", "probability"), rows)


def next_rows(session: Session, ranking_id: int, kind: Asked, after: int) -> list[places.Row]:
    """The rest of an order behind a place, with scores of those that are doubted and
    probabilities of those that are drawn."""
    same = {"ranking_id": ranking_id, "kind": kind}
    worth = func.coalesce(Recheck.score, Recheck.probability, 0.0)
    return places.next_rows(session, Recheck, same, worth, after=after)
