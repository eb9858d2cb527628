"""One shard and one version into scores and predictions."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
import structlog
from sqlalchemy.orm import Session

from service.domain.catalogue import Strategy
from service.domain.runs import Stage
from service.runtime import Runtime
from service.store import brought as stretches
from service.store import projects, rankings, run_shards, runs, shards, versions
from service.store.predictions import UNSAID
from service.store.tables.learning import Run, RunShard, Version
from service.store.tables.pool import Project
from workers import brought, stages
from workers.learning import fitted, selection, strategies
from workers.learning.arrays import Floats, Ints
from workers.pool import models, orders
from workers.pool import shards as shard_files
from workers.stages import Message, Superseded

log = structlog.get_logger(__name__)

_ROWS_AT_ONCE = 8_192


def fan_out(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Freeze the list of shards, and send each to be scored."""
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        if held.shards == 0:
            frozen = shards.list_for(session, project.id)
            run_shards.freeze(session, held.id, frozen, at=now)
            held.version_id = held.version_id or brought.to_score(session, project)
            held.changes_seen = project.pool_changes
            held.scorer = _scorer_name(Strategy(project.strategy))
            held.shards = len(frozen)
            held.shards_left = len(frozen) - _take_over(session, project, held)
        waiting = [each for each in run_shards.list_for(session, held.id) if not each.is_done]
        numbers = [each.number for each in waiting]
        if not numbers:
            runs.move(session, held, now=now, stage=Stage.RANK)
            return [(Stage.RANK, (run.id,))]
        # From here on the shards are watched. A message that comes twice is no failed attempt.
        held.lease_until, held.wake_at, held.attempts = None, None, 0
    return [(Stage.SCORE, (run.id, number)) for number in numbers]


def _take_over(session: Session, project: Project, run: Run) -> int:
    """Take over what the ranking in use was made from, where it would come out the same."""
    ranking = rankings.find(session, project.ranking_id)
    if ranking is None or ranking.run_id is None or run.scorer == Strategy.RANDOM:
        return 0
    before = session.get(Run, ranking.run_id)
    if before is None or (before.version_id, before.scorer) != (run.version_id, run.scorer):
        return 0
    return run_shards.take_over(session, run.id, before.id)


def run_shard(runtime: Runtime, shard: RunShard) -> Sequence[Message]:
    """Score one shard; who scores the last one sends the run on to `rank`."""
    with runtime.readers() as session:
        run = session.get_one(Run, shard.run_id)
        project = projects.find_live(session, run.project_id)
        version = versions.find(session, run.version_id)
    if project is None or version is None:
        raise Superseded
    score = _score_brought if brought.is_brought(version) else _score
    scores, predictions = score(runtime, shard, project, version, run.scorer)
    digests = (runtime.blobs.put(scores), runtime.blobs.put(predictions))
    return _save(runtime, shard, *digests)


def _score(
    runtime: Runtime, shard: RunShard, project: Project, version: Version, scorer_name: str | None
) -> tuple[bytes, bytes]:
    """Order a shard's rows by their scores, and give what the version says of them."""
    model = models.load(runtime.blobs.path(version.model), version.model)
    matrix = shard_files.open_shard(runtime.blobs.path(shard.features))
    positions: Ints = np.arange(
        shard.first_position, shard.first_position + shard.rows, dtype=np.int64
    )
    # A random strategy draws anew for each ranking, every time the same for the same ranking.
    draws = selection.draws(project.seed + project.ranking_count, positions)
    scorer = strategies.SCORERS[scorer_name or _scorer_name(Strategy(project.strategy))]
    scores: list[Floats] = []
    labels, probabilities = [], []
    for first, block in shard_files.blocks(matrix, _ROWS_AT_ONCE):
        said = fitted.outputs(model, block)
        scores.append(scorer(said, draws[first : first + block.shape[0]]))
        labels.append(said.label.astype("<u2"))
        probabilities.append(said.proba.astype("<f2"))
    predictions = b"".join(each.tobytes() for each in (*labels, *probabilities))
    ranked = orders.of_shard(shard.first_position, np.concatenate(scores), seed=project.seed)
    return orders.encode(ranked), predictions


def _score_brought(
    runtime: Runtime, shard: RunShard, project: Project, version: Version, scorer_name: str | None
) -> tuple[bytes, bytes]:
    """The same for what a client brought; rows of which nothing is known come last."""
    first, rows = shard.first_position, shard.rows
    with runtime.readers() as session:
        digests = stretches.find_all(session, version.id)
    said, known = brought.outputs(
        runtime.blobs, digests, first=first, rows=rows, classes=len(version.classes)
    )
    positions: Ints = np.arange(first, first + rows, dtype=np.int64)
    draws = selection.draws(project.seed + project.ranking_count, positions)
    scorer = strategies.SCORERS[scorer_name or _scorer_name(Strategy(project.strategy))]
    scores = brought.behind(scorer(said, draws), known, draws)
    labels = np.where(known, said.label, UNSAID).astype("<u2")
    predictions = labels.tobytes() + said.proba.astype("<f2").tobytes()
    return orders.encode(orders.of_shard(first, scores, seed=project.seed)), predictions


def _scorer_name(strategy: Strategy) -> str:
    """What scores; `auto` shortlists by margin, and `diverse` asks no model at all."""
    return str(Strategy.MARGIN if strategy in (Strategy.AUTO, Strategy.DIVERSE) else strategy)


def _save(runtime: Runtime, shard: RunShard, scores: str, predictions: str) -> Sequence[Message]:
    now = runtime.now()
    run_id: UUID = shard.run_id
    with runtime.sessions.begin() as session:
        left = run_shards.finish(
            session, run_id, shard.number, scores=scores, predictions=predictions
        )
        if left != 0:
            return []
        run = session.get_one(Run, run_id, populate_existing=True)
        runs.move(session, run, now=now, stage=Stage.RANK)
    log.info("scored", run=str(run_id), shards=run.shards)
    return [(Stage.RANK, (run_id,))]
