"""Candidates of a pool that no scan serves in time, into a ranking; the scan follows behind it."""

from collections.abc import Sequence

import numpy as np
import structlog

from service.domain.runs import RunState
from service.runtime import Runtime
from service.store import batches, cycles, projects, rankings, scans, shards, versions
from service.store.tables.learning import Run, Version
from workers import arrange, covering, scoring, stages, switch
from workers.arrange import Task
from workers.learning import selection
from workers.learning.arrays import Ints
from workers.learning.selection import Ranked
from workers.pool import features, orders
from workers.stages import Message, Superseded

log = structlog.get_logger(__name__)

_STORED = 10_000


def run(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Score candidates, put their order in use, and ask for the full scan."""
    with runtime.readers() as session:
        project = projects.find_live(session, run.project_id)
        version = versions.find(session, run.version_id)
        if project is None or version is None:
            raise Superseded
        task = Task(
            project=project,
            run_shards=[],
            shards=shards.list_for(session, project.id),
            batch_size=batches.usual_size(session, project.id),
        )
        scan = scans.last(session, project)
    best = _scored(runtime, task, version, _candidates(runtime, task, scan))
    return _save(runtime, run, task, best, scan)


def _candidates(runtime: Runtime, task: Task, scan: Run | None) -> Ints:
    """Choose a fresh random sample, the best of the last scan, and what is near to new labels.

    (SEALS, Coleman et al. 2022; the random part keeps undiscovered regions in sight.)
    """
    project = task.project
    rng = np.random.default_rng([project.seed, project.ranking_count])
    fresh = rng.choice(project.encoded, min(arrange.FRESH, project.encoded), replace=False)
    if scan is None or scan.candidates is None:
        return np.sort(fresh).astype(np.int64)
    known = np.frombuffer(runtime.blobs.path(scan.candidates).read_bytes(), dtype="<u4")
    return np.union1d(fresh, known).astype(np.int64)


def _scored(runtime: Runtime, task: Task, version: Version, positions: Ints) -> Ranked:
    matrix = features.take(runtime.blobs, task.shards, positions)
    said = scoring.judge(runtime, task.project, version, matrix, positions)
    indices = selection.order(said.scores, selection.hashes(task.project.seed, positions))
    return Ranked(positions=positions[indices], scores=said.scores[indices])


def _save(
    runtime: Runtime, run: Run, task: Task, best: Ranked, scan: Run | None
) -> Sequence[Message]:
    arranged = arrange.of_candidates(runtime, task, best)
    ranked = arranged.ordered.ranked
    whole = runtime.blobs.put(orders.encode(ranked))
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        reason, ranking, rescan = switch.superseded(project, held), None, None
        if reason is None:
            ranking = switch.put_in_use(
                session,
                project,
                held,
                arranged,
                head=switch.entries(ranked, _STORED),
                whole=whole,
                scan_id=scan.id if scan else None,
                at=now,
            )
            rescan = scans.queue_up(session, project, at=now)
        ended = cycles.end(session, held, project, state=RunState.DONE, reason=reason, at=now)
    with runtime.sessions.begin() as session:
        rankings.drop_old_rows(session, task.project.id)
    log.info("ranked", run=str(run.id), candidates=len(best.positions), of=project.encoded)
    more = covering.follow_up(runtime, project, ranking.id if ranking else None)
    sent = [(each.stage, (each.id,)) for each in (ended.follow_up, rescan) if each is not None]
    return [*sent, *more]
