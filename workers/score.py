"""One shard and one version into scores and predictions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from uuid import UUID

import numpy as np
import structlog
from sqlalchemy.orm import Session, sessionmaker

from service.domain.catalogue import Strategy
from service.domain.runs import RunKind, Stage
from service.runtime import Runtime
from service.store import (
    pieces,
    projects,
    rankings,
    run_shards,
    runs,
    scans,
    shards,
    versions,
)
from service.store.blobs import Blobs
from service.store.pieces import SCORED
from service.store.tables.learning import Run, RunShard
from service.store.tables.pool import Project
from workers import brought, neighbours, scoring, situations, stages
from workers.learning import rules, strategies
from workers.learning.arrays import Dense, Floats, Ints, Matrix
from workers.learning.rules import Rule
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
    second: str | None
    predictions: str
    neighbours: str | None = None


def fan_out(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Freeze the list of shards, and send each to be scored; or go for candidates first."""
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        if held.shards == 0:
            rule = _freeze(session, project, held, runtime)
            if _is_too_slow(session, project, held, rule, runtime.settings.ranking_seconds):
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
        pieces.leave_to_pieces(session, held.id)
    return [(Stage.SCORE, (run.id, number)) for number in numbers]


def _freeze(session: Session, project: Project, run: Run, runtime: Runtime) -> Rule:
    frozen = shards.list_for(session, project.id)
    run_shards.freeze(session, run.id, frozen, at=runtime.now())
    run.version_id = run.version_id or brought.to_score(session, project)
    run.changes_seen = project.pool_changes
    rule = situations.rule_of(session, project, run, at=runtime.now())
    run.rule, run.scorer = rules.pack(rule), rule.scoring
    taken_over, rows = _take_over(session, project, run, rule)
    run.shards = len(frozen)
    if run.newest is None and _seeks_neighbours(project, run):
        run.newest = neighbours.newest(session, project)
    run.shards_left = len(frozen) - taken_over
    run.scanned = sum(shard.rows for shard in frozen) - rows
    session.flush()
    return rule


def _is_too_slow(session: Session, project: Project, run: Run, rule: Rule, budget: float) -> bool:
    """Whether scoring would keep people waiting; a scan in the background may take its time."""
    if run.kind == RunKind.RESCAN or rule.spread.is_of_all or rule.scorer == Strategy.RANDOM:
        return False
    seconds = scans.seconds_for(session, project, run.scanned or 0)
    return seconds is not None and seconds > budget


def _take_over(session: Session, project: Project, run: Run, rule: Rule) -> tuple[int, int]:
    """Take over what the last scan found where it would come out the same: shards and rows."""
    ranking = rankings.find(session, project.ranking_id)
    if ranking is None or ranking.run_id is None or rule.scorer in strategies.BY_CHANCE:
        return 0, 0
    before = session.get(Run, ranking.run_id)
    if before is None or (before.version_id, before.scorer) != (run.version_id, run.scorer):
        return 0, 0
    taken_over, rows = run_shards.take_over(session, run.id, before.id)
    if taken_over:
        run.newest = before.newest  # what is taken over is near to those
    return taken_over, rows


def _seeks_neighbours(project: Project, run: Run) -> bool:
    """Whether the next ranking may be one of candidates."""
    is_many = run.kind == RunKind.RESCAN or run.shards >= MANY_SHARDS
    return is_many and project.has_features


def run_shard(runtime: Runtime, shard: RunShard) -> Sequence[Message]:
    """Score one shard; who scores the last one sends the run on to `rank`."""
    began = runtime.now()
    with runtime.readers() as session:
        run = session.get_one(Run, shard.run_id)
        project = projects.find_live(session, run.project_id)
        version = versions.find(session, run.version_id)
        if project is None or version is None:
            raise Superseded
        rule = situations.rule_of(session, project, run, at=runtime.now())
    matrix = shard_files.open_shard(runtime.blobs.path(shard.features))
    first, end = shard.first_position, shard.first_position + shard.rows
    positions: Ints = np.arange(first, end, dtype=np.int64)
    said = scoring.judge(runtime, project, version, matrix, positions, rule=rule)

    def order_by(scores: Floats) -> str:
        order = orders.of_shard(first, scores, seed=project.seed)
        return runtime.blobs.put(orders.encode(order))

    results = _Results(
        scores=order_by(said.scores),
        second=None if said.second is None else order_by(said.second),
        predictions=runtime.blobs.put(said.labels.tobytes() + said.probabilities.tobytes()),
    )
    scored_at = runtime.now()
    near = _neighbours(runtime, run, first, matrix)
    took, whole = (at - began for at in (scored_at, runtime.now()))
    share = took / whole if near is not None and whole else 1.0
    return _save(runtime, shard, replace(results, neighbours=near), scoring_share=share)


def _neighbours(runtime: Runtime, run: Run, first: int, matrix: Matrix) -> str | None:
    """What is near to the items that were labelled last when the shards were frozen."""
    if run.newest is None:
        return None
    labelled = _labelled(runtime.readers, runtime.blobs, run.id, tuple(run.newest))
    return runtime.blobs.put(neighbours.of_shard(matrix, first, labelled))


@lru_cache(maxsize=2)
def _labelled(
    readers: sessionmaker[Session], blobs: Blobs, run_id: UUID, newest: Sequence[int]
) -> Dense:
    """Their rows, once for all shards of a run that this process scores."""
    with readers() as session:
        scanned = run_shards.list_for(session, run_id)
    return neighbours.rows_of(blobs, newest, scanned)


def _save(
    runtime: Runtime, shard: RunShard, results: _Results, *, scoring_share: float
) -> Sequence[Message]:
    """Save what a shard gave; the last one says which share of the time scoring took."""
    now = runtime.now()
    run_id: UUID = shard.run_id
    with runtime.sessions.begin() as session:
        left = SCORED.finish(session, run_id, shard.number, **vars(results))
        if left != 0:
            return []
        run = session.get_one(Run, run_id, populate_existing=True)
        runs.move(session, run, now=now, stage=Stage.RANK)
        if scoring_share < 1:
            scans.set_apart(session, run, scoring_share)
    log.info("scored", run=str(run_id), shards=run.shards)
    return [(Stage.RANK, (run_id,))]
