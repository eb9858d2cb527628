"""One shard and one version into scores and predictions."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import structlog
from sqlalchemy.orm import Session

from service.domain.catalogue import Strategy
from service.domain.runs import RunKind, Stage
from service.runtime import Runtime
from service.store import projects, rankings, run_shards, runs, scans, shards, versions
from service.store.pieces import SCORED
from service.store.tables.learning import Run, RunShard
from service.store.tables.pool import Project
from workers import brought, neighbours, scoring, stages
from workers.learning.arrays import Ints, Matrix
from workers.pool import orders
from workers.pool import shards as shard_files
from workers.stages import Message, Superseded

log = structlog.get_logger(__name__)

# A pool of so many shards may come to need candidates, whose neighbours are sought on the way.
MANY_SHARDS = 32


@dataclass(frozen=True, kw_only=True)
class _Results:
    """Digests of what scoring a shard gave."""

    scores: str
    predictions: str
    neighbours: str | None


def fan_out(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Freeze the list of shards, and send each to be scored; or go for candidates first."""
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        if held.shards == 0:
            _freeze(session, project, held, runtime)
            if _is_too_slow(session, project, held, runtime.settings.ranking_seconds):
                run_shards.unfreeze(session, held.id)
                held.shards = held.shards_left = 0
                held.scanned = None
                runs.move(session, held, now=now, stage=Stage.SAMPLE)
                return [(Stage.SAMPLE, (run.id,))]
        waiting = [each for each in run_shards.list_for(session, held.id) if not each.is_done]
        numbers = [each.number for each in waiting]
        if not numbers:
            runs.move(session, held, now=now, stage=Stage.RANK)
            return [(Stage.RANK, (run.id,))]
        # From here on the shards are watched. A message that comes twice is no failed attempt.
        held.lease_until, held.wake_at, held.attempts = None, None, 0
    return [(Stage.SCORE, (run.id, number)) for number in numbers]


def _freeze(session: Session, project: Project, run: Run, runtime: Runtime) -> None:
    frozen = shards.list_for(session, project.id)
    run_shards.freeze(session, run.id, frozen, at=runtime.now())
    run.version_id = run.version_id or brought.to_score(session, project)
    run.changes_seen = project.pool_changes
    run.scorer = scoring.scorer_name(Strategy(project.strategy))
    taken_over, rows = _take_over(session, project, run)
    run.shards = len(frozen)
    run.shards_left = len(frozen) - taken_over
    run.scanned = sum(shard.rows for shard in frozen) - rows
    session.flush()


def _is_too_slow(session: Session, project: Project, run: Run, budget: float) -> bool:
    """Whether scoring would keep people waiting; a scan in the background may take its time."""
    if run.kind == RunKind.RESCAN or project.strategy in (Strategy.RANDOM, Strategy.DIVERSE):
        return False
    seconds = scans.seconds_for(session, project, run.scanned or 0)
    return seconds is not None and seconds > budget


def _take_over(session: Session, project: Project, run: Run) -> tuple[int, int]:
    """Take over what the last scan found where it would come out the same: shards and rows."""
    ranking = rankings.find(session, project.ranking_id)
    if ranking is None or ranking.run_id is None or run.scorer == Strategy.RANDOM:
        return 0, 0
    before = session.get(Run, ranking.run_id)
    if before is None or (before.version_id, before.scorer) != (run.version_id, run.scorer):
        return 0, 0
    return run_shards.take_over(session, run.id, before.id)


def run_shard(runtime: Runtime, shard: RunShard) -> Sequence[Message]:
    """Score one shard; who scores the last one sends the run on to `rank`."""
    with runtime.readers() as session:
        run = session.get_one(Run, shard.run_id)
        project = projects.find_live(session, run.project_id)
        version = versions.find(session, run.version_id)
    if project is None or version is None:
        raise Superseded
    matrix = shard_files.open_shard(runtime.blobs.path(shard.features))
    first, end = shard.first_position, shard.first_position + shard.rows
    positions: Ints = np.arange(first, end, dtype=np.int64)
    said = scoring.judge(runtime, project, version, matrix, positions, scorer=run.scorer)
    order = orders.of_shard(first, said.scores, seed=project.seed)
    results = _Results(
        scores=runtime.blobs.put(orders.encode(order)),
        predictions=runtime.blobs.put(said.labels.tobytes() + said.probabilities.tobytes()),
        neighbours=_neighbours(runtime, run, project, first, matrix),
    )
    return _save(runtime, shard, results)


def _neighbours(
    runtime: Runtime, run: Run, project: Project, first: int, matrix: Matrix
) -> str | None:
    """What is near to newly labelled items, where the next ranking may be one of candidates."""
    few = run.kind != RunKind.RESCAN and run.shards < MANY_SHARDS
    if few or not brought.has_features(project):
        return None
    with runtime.readers() as session:
        scanned = run_shards.list_for(session, run.id)
    labelled = neighbours.rows_of_newest(runtime, project, scanned)
    return runtime.blobs.put(neighbours.of_shard(matrix, first, labelled))


def _save(runtime: Runtime, shard: RunShard, results: _Results) -> Sequence[Message]:
    now = runtime.now()
    run_id: UUID = shard.run_id
    with runtime.sessions.begin() as session:
        left = SCORED.finish(session, run_id, shard.number, **vars(results))
        if left != 0:
            return []
        run = session.get_one(Run, run_id, populate_existing=True)
        runs.move(session, run, now=now, stage=Stage.RANK)
    log.info("scored", run=str(run_id), shards=run.shards)
    return [(Stage.RANK, (run_id,))]
