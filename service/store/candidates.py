"""Who may be served next: open items that nobody holds, in the order that is asked for."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, select
from sqlalchemy.orm import Session

from service.domain.items import ItemState
from service.store import openings
from service.store.tables.labelling import Label, Lease
from service.store.tables.learning import Ranked, Ranking
from service.store.tables.pool import Item, Project

# Other hand-outs of this moment pass on to the next items instead of waiting for these. It only
# avoids waiting: that nothing is served twice is the unique index on leases. (SQLite, whose
# writers come one after the other, leaves it out.)
_PASS_BY: dict[str, Any] = {"of": Item, "skip_locked": True, "key_share": True}

# Places of a ranking looked at for each item wanted, since rivals hold some; and the most at once.
_STRETCH, _LONGEST_STRETCH = 4, 1_000


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """An item that may be served, with its score in the ranking if it has one."""

    position: int
    key: str
    score: float | None = None
    place: int = 0


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Who asks, when, and what was offered to them already in this request."""

    project: Project
    annotator: str
    now: datetime


def by_rank(
    session: Session, asking: Asking, ranking: Ranking, *, after: int, limit: int
) -> list[Candidate]:
    """Next of the stored rows of a ranking, behind a place.

    A stretch of the order is read first, then its items: a join of the two would be planned by
    statistics that know nothing of a ranking as new as this one, and read all of both tables.
    """
    found: list[Candidate] = []
    stretch = _STRETCH * limit
    while len(found) < limit:
        query = (
            select(Ranked.position, Ranked.place, Ranked.score)
            .where(Ranked.ranking_id == ranking.id, Ranked.place > after)
            .order_by(Ranked.place)
            .limit(stretch)
        )
        places = {position: (place, score) for position, place, score in session.execute(query)}
        if not places:
            break
        in_order = case({at: place for at, (place, _) in places.items()}, value=Item.position)
        offered = _offered(asking, list(places)).order_by(in_order).limit(limit - len(found))
        for at, key in session.execute(offered.with_for_update(**_PASS_BY)):
            place, score = places[at]
            found.append(Candidate(position=at, key=key, place=place, score=score))
        after = max(place for place, _ in places.values())
        stretch = min(2 * stretch, _LONGEST_STRETCH)
    return found


def of_reserve(session: Session, asking: Asking, *, limit: int) -> list[Candidate]:
    """Next of the audit reserve, in the audit order."""
    query = (
        select(Item.position, Item.key)
        .where(
            Item.project_id == asking.project.id,
            Item.audit_draw < asking.project.audit_threshold,
            *_free(asking),
        )
        .order_by(Item.audit_draw)
        .limit(limit)
    )
    rows = session.execute(query.with_for_update(**_PASS_BY))
    return [Candidate(position=p, key=k) for p, k in rows]


def count_offered(session: Session, asking: Asking) -> int:
    """Items outside the reserve that could be served to the annotator now."""
    among = (
        Item.project_id == asking.project.id,
        Item.audit_draw >= asking.project.audit_threshold,
    )
    if asking.project.labels_per_item > 1:
        query = select(func.count()).select_from(Item).where(*among, *_free(asking))
        return session.scalar(query) or 0
    # The same without looking at every item.
    is_open = (*among, Item.state == ItemState.OPEN)
    here = (Lease.project_id == Item.project_id, Lease.position == Item.position)
    held = (Lease.project_id == asking.project.id, Lease.state == "open")
    holding = openings.is_holding(asking.now)
    same = (Item.project_id == Label.project_id, Item.position == Label.position)
    skipped = (
        Label.project_id == asking.project.id,
        Label.annotator == asking.annotator,
        Label.is_current,
        Label.value.is_(None),
    )
    queries = (
        select(func.count(Lease.position.distinct()))
        .join(Item, here[0] & here[1])
        .where(*is_open, *held, Lease.expires_at > asking.now),
        select(func.count())
        .select_from(Label)
        .where(*skipped, exists().where(*same, *is_open, ~exists().where(*here, holding))),
    )
    leased, mine = (session.scalar(query) or 0 for query in queries)
    return max(0, asking.project.open_count - leased - mine)


def at_random(
    session: Session,
    asking: Asking,
    chance: random.Random,
    *,
    limit: int,
    without: Sequence[int],
) -> list[Candidate]:
    """Uniform draw without replacement from the items outside the reserve.

    Positions are drawn blindly and kept where they may be served, which is exact and needs no
    scan; when that finds too few, all that may be served are listed and drawn from.
    """
    if limit <= 0:
        return []
    taken = set(without)
    pool = asking.project.next_position
    tries = chance.sample(range(pool), min(pool, 20 * limit))
    rows = _by_position(session, _offered(asking, tries))
    found = [rows[at] for at in tries if at in rows and at not in taken]
    if len(found) < limit and pool > len(tries):
        rows = _by_position(session, _offered(asking, None))
        rest = [each for at, each in rows.items() if at not in taken]
        found = chance.sample(rest, min(limit, len(rest)))
    return found[:limit]


def _offered(asking: Asking, among: Sequence[int] | None) -> Select[int, str]:
    """Items outside the reserve that could be served now, of some positions or of all."""
    query = select(Item.position, Item.key).where(
        Item.project_id == asking.project.id,
        Item.audit_draw >= asking.project.audit_threshold,
        *_free(asking, among),
    )
    return query if among is None else query.where(Item.position.in_(among))


def _by_position(session: Session, query: Select[int, str]) -> dict[int, Candidate]:
    rows = session.execute(query.order_by(Item.position))
    return {at: Candidate(position=at, key=key) for at, key in rows}


def _free(asking: Asking, among: Sequence[int] | None = None) -> tuple[ColumnElement[bool], ...]:
    return openings.free(asking.project, asking.annotator, among, now=asking.now)
