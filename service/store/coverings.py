"""The coverage order of a ranking: written behind it, handed out from its beginning."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.catalogue import Reason
from service.store import columns, places
from service.store.tables.coverage import Covering
from service.store.tables.labelling import Selection
from service.store.tables.pool import Project

Row = tuple[int, int, float]
"""Position, cluster, and the probability of being drawn from it."""


def add(session: Session, ranking_id: int, rows: Sequence[Row]) -> bool:
    """Write the coverage order of a ranking; say so unless it is gone or has one already."""
    names = ("position", "cluster", "probability")
    return places.add_beside(session, Covering, {"ranking_id": ranking_id}, names, rows)


def is_any(session: Session, ranking_id: int) -> bool:
    """Whether a ranking has a coverage order."""
    return places.is_any(session, Covering, {"ranking_id": ranking_id})


def next_rows(session: Session, ranking_id: int, after: int) -> list[places.Row]:
    """The rest of a coverage order behind a place, with probabilities."""
    same = {"ranking_id": ranking_id}
    return places.next_rows(session, Covering, same, Covering.probability, after=after)


def served_positions(session: Session, project: Project) -> list[int]:
    """Items that were ever served for coverage, whatever people made of them, in no order."""
    query = select(Selection.position).where(
        Selection.project_id == project.id, Selection.reason == Reason.COVERAGE
    )
    return columns.read(session, query)[0]
