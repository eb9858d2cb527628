"""Scores into a new ranking, put in use in one update."""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from service.domain.runs import RunState
from service.runtime import Runtime
from service.store import batches, cycles, projects, rankings, run_shards, shards, versions
from service.store.orders import Entry
from service.store.tables.learning import Ranking, Run
from service.store.tables.pool import Project
from workers import arrange, stages
from workers.arrange import Arranged, Task
from workers.learning.selection import Ranked
from workers.pool import orders
from workers.stages import Message, Superseded

log = structlog.get_logger(__name__)

LEAST_STORED, STORED_BATCHES = 10_000, 20


def run(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Order the pool, and put the order in use."""
    task = _load(runtime, run)
    arranged = arrange.arrange(runtime, task)
    ranking, messages = _save(runtime, run, task, arranged)
    _follow_up(runtime, task, arranged, ranking)  # after the switch, so that it delays nobody
    return messages


def _load(runtime: Runtime, run: Run) -> Task:
    with runtime.readers() as session:
        project = projects.find_live(session, run.project_id)
        if project is None:
            raise Superseded
        return Task(
            project=project,
            run_shards=run_shards.list_for(session, run.id),
            shards=shards.list_for(session, project.id),
            batch_size=batches.usual_size(session, project.id),
        )


def _stored(task: Task) -> int:
    """How much of an order becomes rows."""
    return max(LEAST_STORED, STORED_BATCHES * task.batch_size)


def _save(
    runtime: Runtime, run: Run, task: Task, arranged: Arranged
) -> tuple[Ranking | None, Sequence[Message]]:
    now = runtime.now()
    ranked = arranged.ordered.ranked
    whole = None if arranged.taken else runtime.blobs.put(orders.encode(ranked))
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        if not task.run_shards:
            held.changes_seen = task.project.pool_changes
        reason = _superseded(project, held)
        ranking = None
        if reason is None:
            head = _entries(ranked, None if arranged.taken else _stored(task))
            ranking = _put_in_use(session, project, held, arranged, whole, head, now)
        ended = cycles.end(session, held, project, state=RunState.DONE, reason=reason, at=now)
    log.info("ranked", run=str(run.id), items=arranged.depth, strategy=arranged.ordered.strategy)
    return ranking, [(each.stage, (each.id,)) for each in (ended.follow_up,) if each is not None]


def _superseded(project: Project, run: Run) -> str | None:
    """Why this order must not be put in use, if somebody pinned a version meanwhile."""
    if project.pinned and run.version_id != project.version_id:
        return "another version was pinned meanwhile"
    return None


def _put_in_use(
    session: Session,
    project: Project,
    run: Run,
    arranged: Arranged,
    whole: str | None,
    head: Sequence[Entry],
    at: datetime,
) -> Ranking:
    version = versions.find(session, run.version_id)
    events = run.events_seen if run.events_seen is not None else project.events_used
    ranking = rankings.add(
        session,
        project,
        version_id=version.id if version else None,
        run_id=run.id if version else None,
        strategy=arranged.ordered.strategy,
        reason=arranged.ordered.reason,
        events_seen=events,
        depth=arranged.depth,
        stored=len(head),
        order=whole,
        taken=arranged.taken,
        ranked_at=at,
    )
    rankings.add_rows(session, ranking, head, first_place=1)
    project.ranking_id = ranking.id
    if version is not None:
        project.version_id = version.id
        version.promoted_at = version.promoted_at or at
    return ranking


def _follow_up(runtime: Runtime, task: Task, arranged: Arranged, ranking: Ranking | None) -> None:
    """Store the rest of the new ranking's rows, and drop those of old ones."""
    missing = _stored(task) - len(arranged.ordered.ranked.positions)
    if ranking is not None and arranged.taken and missing > 0:
        head = arrange.further(runtime, task, arranged.taken, missing)
        entries = _entries(head.ranked, missing)
        with runtime.sessions.begin() as session:
            now_stored = rankings.find(session, ranking.id)
            if now_stored is not None and now_stored.stored == ranking.stored:
                rankings.extend(session, now_stored, entries, taken=head.taken)
    with runtime.sessions.begin() as session:
        rankings.drop_old_rows(session, task.project.id)


def _entries(ranked: Ranked, count: int | None) -> list[Entry]:
    return list(zip(ranked.positions[:count].tolist(), ranked.scores[:count].tolist(), strict=True))
