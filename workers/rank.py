"""Scores into a new ranking, put in use in one update."""

from collections.abc import Sequence

import structlog

from service.domain.runs import RunKind, RunState
from service.runtime import Runtime
from service.store import batches, cycles, projects, rankings, run_shards, scans, shards
from service.store.tables.learning import Ranking, Run
from workers import arrange, covering, neighbours, stages, switch
from workers.arrange import Arranged, Task
from workers.pool import orders
from workers.stages import Message, Superseded

log = structlog.get_logger(__name__)

LEAST_STORED, STORED_BATCHES = 10_000, 20


def run(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Order the pool, and put the order in use."""
    task = _load(runtime, run)
    arranged = arrange.arrange(runtime, task)
    candidates = _candidates(runtime, task, arranged)
    ranking, messages = _save(runtime, run, task, arranged, candidates)
    _follow_up(runtime, task, arranged, ranking)  # after the switch, so that it delays nobody
    more = covering.follow_up(runtime, task.project, ranking.id if ranking else None)
    return [*messages, *more]


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


def _candidates(runtime: Runtime, task: Task, arranged: Arranged) -> str | None:
    """Keep what the next ranking should look at if it cannot look at everything."""
    if not any(shard.neighbours for shard in task.run_shards) or arranged.taken is None:
        return None
    best = arrange.further(runtime, task, [0] * len(task.run_shards), arrange.LAST_BEST)
    return runtime.blobs.put(neighbours.candidates(runtime.blobs, task.run_shards, best.ranked))


def _save(
    runtime: Runtime, run: Run, task: Task, arranged: Arranged, candidates: str | None
) -> tuple[Ranking | None, Sequence[Message]]:
    now = runtime.now()
    ranked = arranged.ordered.ranked
    whole = None if arranged.taken else runtime.blobs.put(orders.encode(ranked))
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        if not task.run_shards:
            held.changes_seen = task.project.pool_changes
        held.candidates = candidates
        reason, ranking = switch.superseded(project, held), None
        if reason is None:
            ranking = switch.put_in_use(
                session,
                project,
                held,
                arranged,
                head=switch.entries(ranked, None if arranged.taken else _stored(task)),
                whole=whole,
                scan_id=held.id if held.version_id else None,
                at=now,
            )
        if held.kind == RunKind.RESCAN:
            follow_up = scans.end(session, held, project, reason=reason, at=now)
        else:
            ended = cycles.end(session, held, project, state=RunState.DONE, reason=reason, at=now)
            follow_up = ended.follow_up
    log.info("ranked", run=str(run.id), items=arranged.depth, strategy=arranged.ordered.strategy)
    return ranking, [(each.stage, (each.id,)) for each in (follow_up,) if each is not None]


def _follow_up(runtime: Runtime, task: Task, arranged: Arranged, ranking: Ranking | None) -> None:
    """Store the rest of the new ranking's rows, and drop those of old ones."""
    missing = _stored(task) - len(arranged.ordered.ranked.positions)
    if ranking is not None and arranged.taken and missing > 0:
        head = arrange.further(runtime, task, arranged.taken, missing)
        with runtime.sessions.begin() as session:
            stored = rankings.find(session, ranking.id)
            if stored is not None and stored.stored == ranking.stored:
                more = switch.entries(head.ranked, missing)
                rankings.extend(session, stored, more, taken=head.taken)
    with runtime.sessions.begin() as session:
        rankings.drop_old_rows(session, task.project.id)
