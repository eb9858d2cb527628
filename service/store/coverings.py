"""The coverage order of a ranking: written with it, handed out from its beginning."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, select
from sqlalchemy.orm import Session

from service.domain.catalogue import Reason
from service.store import candidates, openings
from service.store.candidates import PASS_BY, Asking, Candidate
from service.store.lists import IsAmong, Listed, add_rows
from service.store.openings import Kind
from service.store.tables.coverage import Covering
from service.store.tables.labelling import Selection
from service.store.tables.learning import Ranking
from service.store.tables.pool import Item, Project

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


def next_free(
    session: Session, asking: Asking, ranking_id: int, *, limit: int, without: Sequence[int]
) -> list[tuple[Candidate, float]]:
    """The next items of a coverage order that may be served, with their probabilities."""
    given = openings.given(asking.project, asking.annotator, now=asking.now)
    rows = session.connection().execute(
        _next_free(openings.kind_of(asking.project)),
        given | {"of_ranking": ranking_id, "most": limit, "without": list(without)},
    )
    return [(candidates.of_row(columns), probability) for *columns, probability in rows]


@cache
def _next_free(kind: Kind) -> Select[Any]:
    query = (
        candidates.columns(kind)
        .add_columns(Covering.probability)
        .join(Covering, Covering.position == Item.position)
        .where(
            Covering.ranking_id == bindparam("of_ranking", type_=BigInteger),
            *openings.outside_reserve(),
            ~IsAmong(Item.position, bindparam("without", type_=Listed(BigInteger))),
            *openings.free(kind),
        )
    )
    query = query.order_by(Covering.place).limit(bindparam("most", type_=BigInteger))
    return query.with_for_update(**PASS_BY)


def served_positions(session: Session, project: Project) -> list[int]:
    """Items that were ever served for coverage, whatever people made of them."""
    query = select(Selection.position).where(
        Selection.project_id == project.id, Selection.reason == Reason.COVERAGE
    )
    return list(session.scalars(query.distinct()))
