"""Rankings: the head as rows, the rest in blobs from which hand-out refills."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from service.store import orders, places, run_shards
from service.store.blobs import Blobs
from service.store.orders import Entry
from service.store.tables.coverage import Covering, Recheck
from service.store.tables.learning import Ranked, Ranking
from service.store.tables.pool import Item, Project

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
    same = {"ranking_id": ranking.id}
    places.add_rows(session, Ranked, same, ("position", "score"), entries, first_place=first_place)


def refill(session: Session, blobs: Blobs, ranking: Ranking) -> bool:
    """Bring the next stretch of the order in as rows; say whether there was any.

    Two hand-outs may both try: who finds `stored` changed has had it done for them.
    """
    entries, taken = _next(session, blobs, ranking)
    if entries:
        extend(session, ranking, entries, taken=taken)
    return bool(entries)


def extend(
    session: Session, ranking: Ranking, entries: Sequence[Entry], *, taken: Sequence[int] | None
) -> None:
    """Store the next stretch of the order as rows, unless somebody else has done so."""
    first = ranking.stored
    claimed = session.scalar(
        update(Ranking)
        .where(Ranking.id == ranking.id, Ranking.stored == first)
        .values(stored=first + len(entries), taken=taken)
        .returning(Ranking.stored)
        .execution_options(synchronize_session=False)
    )
    session.refresh(ranking)
    if claimed is not None:
        add_rows(session, ranking, entries, first_place=first + 1)


def next_rows(session: Session, ranking_id: int, *, after: int, limit: int) -> list[places.Row]:
    """The stored rows behind a place, with scores."""
    same = {"ranking_id": ranking_id}
    return places.next_rows(session, Ranked, same, Ranked.score, after=after, limit=limit)


def drop_old_rows(session: Session, project_id: int) -> None:
    """Drop the rows of rankings before the last; who still reads from the last one may."""
    used = select(Project.ranking_count).where(Project.id == project_id).scalar_subquery()
    old = select(Ranking.id).where(
        Ranking.project_id == project_id, Ranking.number < used - 1, Ranking.stored > 0
    )
    ids = list(session.scalars(old))
    if ids:
        session.execute(delete(Ranked).where(Ranked.ranking_id.in_(ids)))
        session.execute(delete(Covering).where(Covering.ranking_id.in_(ids)))
        session.execute(delete(Recheck).where(Recheck.ranking_id.in_(ids)))
        session.execute(
            update(Ranking)
            .where(Ranking.id.in_(ids))
            .values(stored=0, depth=0, order=None, taken=None)
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


def _next(session: Session, blobs: Blobs, ranking: Ranking) -> tuple[list[Entry], list[int] | None]:
    """Entries behind the rows, and how far that takes each shard if the order is merged."""
    if ranking.order is not None:
        return orders.read(blobs, ranking.order, first=ranking.stored, count=REFILL), None
    if ranking.taken is None or ranking.run_id is None:
        return [], None
    project = session.get_one(Project, ranking.project_id)
    digests = [shard.scores or "" for shard in run_shards.list_for(session, ranking.run_id)]
    return orders.merge(
        blobs,
        digests,
        taken=ranking.taken,
        count=REFILL,
        seed=project.seed,
        without=frozenset(ranking.ahead or ()),
    )
