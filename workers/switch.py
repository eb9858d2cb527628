"""Puts an order in use, in one update of the project."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from service.domain.catalogue import InputType
from service.domain.runs import RunKind
from service.store import rankings, versions
from service.store.orders import Entry
from service.store.tables.learning import Ranking, Run
from service.store.tables.pool import Project
from workers.arrange import Arranged
from workers.learning.selection import Ranked


def superseded(project: Project, run: Run) -> str | None:
    """Why an order must not be put in use, if another version is to stay or to come."""
    if run.version_id == project.version_id or not (project.pinned or run.kind == RunKind.RESCAN):
        return None
    return f"another version was {'pinned' if project.pinned else 'put in use'} meanwhile"


def put_in_use(
    session: Session,
    project: Project,
    run: Run,
    arranged: Arranged,
    *,
    head: Sequence[Entry],
    whole: str | None,
    scan_id: UUID | None,
    at: datetime,
) -> Ranking:
    """Write a ranking and switch the project to it; `scan_id` is the run whose predictions hold."""
    version = versions.find(session, run.version_id)
    if project.input_type == InputType.SCORES and run.version_id != project.version_id:
        # Who brings a version has had all labels of this moment to train it on.
        project.events_used = project.label_events
    events = run.events_seen if run.events_seen is not None else project.events_used
    ranking = rankings.add(
        session,
        project,
        version_id=version.id if version else None,
        run_id=scan_id,
        strategy=arranged.ordered.rule.strategy,
        rule={"name": arranged.ordered.rule.name, "why": arranged.ordered.rule.why},
        reason=arranged.ordered.reason,
        events_seen=events,
        depth=arranged.depth,
        stored=len(head),
        order=whole,
        taken=arranged.taken,
        ahead=arranged.ordered.ahead.tolist() if arranged.taken else None,
        candidates=arranged.candidates,
        ranked_at=at,
    )
    rankings.add_rows(session, ranking, head, first_place=1)
    project.ranking_id = ranking.id
    if version is not None:
        project.version_id = version.id
        version.promoted_at = version.promoted_at or at
    return ranking


def entries(ranked: Ranked, count: int | None = None) -> list[Entry]:
    """The first entries of an order, or all, as plain numbers."""
    return list(zip(ranked.positions[:count].tolist(), ranked.scores[:count].tolist(), strict=True))
