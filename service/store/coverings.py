"""The coverage order of a ranking: written with it, handed out from its beginning."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.catalogue import Reason
from service.store.lists import add_rows
from service.store.tables.coverage import Covering
from service.store.tables.labelling import Selection
from service.store.tables.learning import Ranking
from service.store.tables.pool import Project

Row = tuple[int, int, float]
"""Position, cluster, and the probability of being drawn from it."""


def add(session: Session, ranking_id: int, rows: Sequence[Row]) -> bool:
    """Write the coverage order of a ranking; say so unless it is gone or has one already."""
    query = select(Ranking.id).where(Ranking.id == ranking_id).with_for_update(key_share=True)
    if not rows or session.scalar(query) is None or is_any(session, ranking_id):
        return False
    positions, clusters, probabilities = zip(*rows, strict=True)
    columns = {
        "place": list(range(1, len(rows) + 1)),
        "position": list(positions),
        "cluster": list(clusters),
        "probability": list(probabilities),
    }
    add_rows(session, Covering.__table__, {"ranking_id": ranking_id}, columns)
    return True


def is_any(session: Session, ranking_id: int) -> bool:
    """Whether a ranking has a coverage order."""
    query = select(Covering.place).where(Covering.ranking_id == ranking_id)
    return session.scalar(query.limit(1)) is not None


def next_rows(session: Session, ranking_id: int, after: int) -> list[tuple[int, int, float]]:
    """The rest of a coverage order behind a place: places, positions, probabilities."""
    query = (
        select(Covering.place, Covering.position, Covering.probability)
        .where(Covering.ranking_id == ranking_id, Covering.place > after)
        .order_by(Covering.place)
    )
    return [(place, position, chance) for place, position, chance in session.execute(query)]


def served_positions(session: Session, project: Project) -> list[int]:
    """Items that were ever served for coverage, whatever people made of them."""
    query = select(Selection.position).where(
        Selection.project_id == project.id, Selection.reason == Reason.COVERAGE
    )
    return list(session.scalars(query.distinct()))
