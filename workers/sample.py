"""Candidates of a pool that no scan serves in time, into a ranking; the scan follows behind it."""

from collections.abc import Sequence

import numpy as np
import structlog

from service.domain.runs import RunState
from service.runtime import Runtime
from service.store import cycles, rankings, scans, versions
from service.store.tables.learning import Run, Version
from workers import arrange, covering, rechecking, scoring, sources, stages, switch
from workers.arrange import Arranged
from workers.learning import selection
from workers.learning.arrays import Ints
from workers.ordering import Scored
from workers.pool import features, orders
from workers.sources import Task
from workers.stages import Message, Superseded

log = structlog.get_logger(__name__)


def run(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Score candidates, put their order in use, and ask for the full scan."""
    with runtime.readers() as session:
        task = sources.load(session, run, at=runtime.now())
        version = versions.find(session, run.version_id)
        scan = scans.last(session, task.project)
    if version is None:
        raise Superseded
    scored = _scored(runtime, task, version, _candidates(runtime, task, scan))
    return _save(runtime, run, task, arrange.of_candidates(runtime, task, scored), scan)


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


def _scored(runtime: Runtime, task: Task, version: Version, positions: Ints) -> Scored:
    matrix = features.take(runtime.blobs, task.shards, positions)
    said = scoring.judge(runtime, task.project, version, matrix, positions, rule=task.rule)
    ties = selection.hashes(task.project.seed, positions)
    return Scored(
        best=selection.ranked(positions, said.scores, ties),
        second=None if said.second is None else selection.ranked(positions, said.second, ties),
        classes=lambda some: said.labels[np.searchsorted(positions, some)].astype(np.int64),
    )


def _save(
    runtime: Runtime, run: Run, task: Task, arranged: Arranged, scan: Run | None
) -> Sequence[Message]:
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
                head=switch.entries(ranked, task.stored),
                whole=whole,
                scan_id=scan.id if scan else None,
                at=now,
            )
            rescan = scans.queue_up(session, project, at=now)
        ended = cycles.end(session, held, project, state=RunState.DONE, reason=reason, at=now)
    with runtime.sessions.begin() as session:
        rankings.drop_old_rows(session, task.project.id)
    log.info("ranked", run=str(run.id), candidates=arranged.candidates, of=project.encoded)
    rechecking.follow_up(runtime, project, ranking.id if ranking else None)
    more = covering.follow_up(runtime, project, ranking.id if ranking else None)
    sent = [(each.stage, (each.id,)) for each in (ended.follow_up, rescan) if each is not None]
    return [*sent, *more]
