"""Rankings: the head as rows, the whole order in a blob from which hand-out refills."""

import struct
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from service.store.blobs import Blobs
from service.store.tables.learning import Ranked, Ranking
from service.store.tables.pool import Item, Project

# One entry of the blob: position, score.
ENTRY = struct.Struct("<Id")
REFILL = 2_000


def find(session: Session, ranking_id: int | None) -> Ranking | None:
    """Find a ranking by its row."""
    return session.get(Ranking, ranking_id) if ranking_id is not None else None


def add(session: Session, project: Project, **fields: Any) -> Ranking:
    """Add the next ranking of a project, whose row the caller has locked."""
    project.ranking_count += 1
    ranking = Ranking(project_id=project.id, number=project.ranking_count, **fields)
    session.add(ranking)
    session.flush()
    return ranking


def add_rows(
    session: Session, ranking: Ranking, entries: Sequence[tuple[int, float]], *, first_place: int
) -> None:
    """Store a stretch of the order as rows."""
    if entries:
        session.execute(
            insert(Ranked),
            [
                {"ranking_id": ranking.id, "place": place, "position": position, "score": score}
                for place, (position, score) in enumerate(entries, first_place)
            ],
        )


def refill(session: Session, blobs: Blobs, ranking: Ranking) -> bool:
    """Bring the next stretch of the order in as rows; say whether there was any.

    Two hand-outs may both try: who finds `stored` changed has had it done for them.
    """
    if ranking.order is None or ranking.stored >= ranking.depth:
        return False
    claimed = session.scalar(
        update(Ranking)
        .where(Ranking.id == ranking.id, Ranking.stored == ranking.stored)
        .values(stored=min(ranking.depth, ranking.stored + REFILL))
        .returning(Ranking.stored)
        .execution_options(synchronize_session=False)
    )
    first = ranking.stored
    session.refresh(ranking)
    if claimed is not None:
        entries = _read(blobs, ranking.order, first, claimed - first)
        add_rows(session, ranking, entries, first_place=first + 1)
    return True


def drop_old_rows(session: Session, project_id: int) -> None:
    """Drop the rows of rankings before the last; who still reads from the last one may."""
    used = select(Project.ranking_count).where(Project.id == project_id).scalar_subquery()
    old = select(Ranking.id).where(
        Ranking.project_id == project_id, Ranking.number < used - 1, Ranking.stored > 0
    )
    ids = list(session.scalars(old))
    if ids:
        session.execute(delete(Ranked).where(Ranked.ranking_id.in_(ids)))
        session.execute(
            update(Ranking).where(Ranking.id.in_(ids)).values(stored=0, depth=0, order=None)
        )


def list_rows(
    session: Session, project: Project, ranking: Ranking, *, after: int, limit: int
) -> list[tuple[Ranked, str]]:
    """The order behind a place, without what is answered or deleted by now."""
    query = (
        select(Ranked, Item.key)
        .join(Item, (Item.position == Ranked.position) & (Item.project_id == project.id))
        .where(Ranked.ranking_id == ranking.id, Ranked.place > after, Item.state == "open")
        .order_by(Ranked.place)
        .limit(limit)
    )
    return [(ranked, key) for ranked, key in session.execute(query)]


def _read(blobs: Blobs, digest: str, first: int, count: int) -> list[tuple[int, float]]:
    with blobs.open(digest) as file:
        file.seek(first * ENTRY.size)
        data = file.read(count * ENTRY.size)
    return [(position, score) for position, score in ENTRY.iter_unpack(data)]
