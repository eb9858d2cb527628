"""Scores into a new ranking, put in use in one update."""

from collections.abc import Sequence

import structlog

from service.domain.runs import RunKind, RunState
from service.runtime import Runtime
from service.store import cycles, rankings, run_shards, scans
from service.store.tables.learning import Ranking, Run
from workers import arrange, behind, neighbours, sources, stages, stop_set, switch
from workers.arrange import Arranged
from workers.learning.arrays import Ints
from workers.pool import orders
from workers.sources import Task
from workers.stages import Message

log = structlog.get_logger(__name__)


def run(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Order the pool, and put the order in use."""
    with runtime.readers() as session:
        scored = run_shards.list_for(session, run.id)
        task = sources.load(session, run, scored, at=runtime.now())
    arranged = arrange.arrange(runtime, task)
    candidates = _candidates(runtime, task)
    ranking, following = _save(runtime, run, task, arranged, candidates)
    stages.send(runtime, following)  # what comes now is for nobody to wait for
    # The orders beside it come first: till then hand-outs do with older ones, or with chance.
    asked = behind.follow_up(runtime, task.project.id, ranking.id if ranking else None)
    _store_rest(runtime, task, arranged, ranking)
    stop_set.keep(runtime, task.project, run, task.run_shards)
    return asked


def _candidates(runtime: Runtime, task: Task) -> str | None:
    """Keep what the next ranking should look at if it cannot look at everything."""
    if not any(shard.neighbours for shard in task.run_shards) or task.rule.spread.is_of_all:
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
                head=switch.entries(ranked, None if arranged.taken else task.stored),
                whole=whole,
                scan_id=held.id if held.version_id else None,
                at=now,
            )
        if held.kind == RunKind.RESCAN:
            follow_up = scans.end(session, held, project, reason=reason, at=now)
        else:
            ended = cycles.end(session, held, project, state=RunState.DONE, reason=reason, at=now)
            follow_up = ended.follow_up
    log.info("ranked", run=str(run.id), items=arranged.depth, rule=arranged.ordered.rule.name)
    return ranking, stages.messages(follow_up)


def _store_rest(runtime: Runtime, task: Task, arranged: Arranged, ranking: Ranking | None) -> None:
    """Store the rest of the new ranking's rows, and drop those of old ones."""
    if ranking is not None and arranged.taken:
        _extend(runtime, task, ranking, arranged.taken, without=arranged.ordered.ahead)
    with runtime.sessions.begin() as session:
        rankings.drop_old_rows(session, task.project.id)


def _extend(
    runtime: Runtime, task: Task, ranking: Ranking, taken: Sequence[int], *, without: Ints
) -> None:
    """Store as much of an order as becomes rows, unless a hand-out goes on with it.

    A stretch at a time: where there is one writer, everybody waits while it writes.
    """
    stored = ranking.stored
    while stored < task.stored:
        count = min(rankings.REFILL, task.stored - stored)
        head = arrange.further(runtime, task, taken, count, without=without)
        with runtime.sessions.begin() as session:
            there = rankings.find(session, ranking.id)
            if there is None or there.stored != stored:
                return
            rankings.extend(session, there, switch.entries(head.ranked), taken=head.taken)
        if len(head.ranked.positions) < count:
            return
        stored, taken = stored + count, head.taken
