"""The ranking in use: what it is, how old, and its order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service.actions.access import Caller
from service.domain.catalogue import Reason, Role
from service.runtime import Runtime
from service.store import projects, rankings, versions
from service.store.tables.learning import Ranking
from service.store.tables.pool import Project


@dataclass(frozen=True, kw_only=True)
class RankingView:
    """A ranking and how stale it is."""

    number: int
    version: int | None
    strategy: str
    rule: Mapping[str, str] | None
    ranked_at: datetime
    labels_since: int
    candidates: "Candidates | None"


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """How much of the pool was looked at, where that was not all of it."""

    rows: int
    of: int


@dataclass(frozen=True, kw_only=True)
class PlaceView:
    """One item's place in the order."""

    place: int
    key: str
    reason: Reason
    score: float


@dataclass(frozen=True, kw_only=True)
class OrderPage:
    """A stretch of the order in use."""

    ranking: RankingView | None
    data: list[PlaceView]


def read_order(
    runtime: Runtime, caller: Caller, uid: UUID, *, after: int | None, limit: int
) -> OrderPage:
    """The order in use, without what is answered by now; only its stored head is listed."""
    caller.require(Role.MANAGER)
    with runtime.readers() as session:
        project = projects.get(session, caller.workspace_id, uid)
        ranking = rankings.find(session, project.ranking_id)
        if ranking is None:
            return OrderPage(ranking=None, data=[])
        rows = rankings.list_rows(session, project, ranking, after=after or 0, limit=limit)
        return OrderPage(
            ranking=ranking_view(session, project, ranking),
            data=[
                PlaceView(place=row.place, key=key, reason=Reason(ranking.reason), score=row.score)
                for row, key in rows
            ],
        )


def ranking_view(session: Session, project: Project, ranking: Ranking | None) -> RankingView | None:
    """What people see of a ranking, once there is one."""
    if ranking is None:
        return None
    version = versions.find(session, ranking.version_id)
    return describe(project, ranking, version.number if version else None)


def describe(project: Project, ranking: Ranking, version: int | None) -> RankingView:
    """Say what a ranking is, given the number of its version."""
    looked_at = None
    if ranking.candidates is not None:
        looked_at = Candidates(rows=ranking.candidates, of=project.encoded)
    return RankingView(
        number=ranking.number,
        version=version,
        strategy=ranking.strategy,
        rule=ranking.rule,
        ranked_at=ranking.ranked_at,
        labels_since=max(0, project.label_events - ranking.events_seen),
        candidates=looked_at,
    )
