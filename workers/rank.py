"""Scores into a new ranking, put in use in one update."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import structlog
from sqlalchemy.orm import Session

from service.domain.catalogue import InputType, Reason, Strategy
from service.domain.runs import RunState
from service.runtime import Runtime
from service.store import batches, cycles, items, projects, rankings, run_shards, shards, versions
from service.store.tables.learning import Run, RunShard
from service.store.tables.pool import Project, Shard
from workers import ordering, stages
from workers.learning import selection
from workers.learning.arrays import Floats, Ints
from workers.learning.selection import Ranked
from workers.ordering import Candidates, Ordered
from workers.pool import features, measured
from workers.stages import Message, Superseded

log = structlog.get_logger(__name__)

LEAST_STORED, STORED_BATCHES = 10_000, 20
_ENTRY = np.dtype([("position", "<u4"), ("score", "<f8")])


@dataclass(frozen=True, kw_only=True)
class _Task:
    """All that an order needs, read in one transaction."""

    project: Project
    run_shards: Sequence[RunShard]
    shards: Sequence[Shard]
    closed: Ints
    labelled: Ints
    changes: int
    batch_size: int


def run(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Order the pool, and put the order in use."""
    task = _load(runtime, run)
    messages = _save(runtime, run, task, _ordered(runtime, task))
    with runtime.sessions.begin() as session:  # after the switch, so that it delays nobody
        rankings.drop_old_rows(session, task.project.id)
    return messages


def _load(runtime: Runtime, run: Run) -> _Task:
    with runtime.readers() as session:
        project = projects.find_live(session, run.project_id)
        if project is None:
            raise Superseded
        return _Task(
            project=project,
            run_shards=run_shards.list_for(session, run.id),
            shards=shards.list_for(session, project.id),
            closed=np.array(items.closed_positions(session, project), dtype=np.int64),
            labelled=np.array(items.labelled_positions(session, project), dtype=np.int64),
            changes=project.pool_changes,
            batch_size=batches.usual_size(session, project.id),
        )


def _ordered(runtime: Runtime, task: _Task) -> Ordered:
    project = task.project
    stretches: Sequence[Shard | RunShard] = task.run_shards or task.shards
    end = stretches[-1].first_position + stretches[-1].rows if stretches else 0
    is_free = np.ones(end, dtype=bool)
    is_free[task.closed[task.closed < end]] = False
    positions: Ints = np.flatnonzero(is_free).astype(np.int64)
    if len(positions) == 0:
        empty = Ranked(positions=positions, scores=np.zeros(0))
        return Ordered(ranked=empty, strategy=str(project.strategy), reason=Reason.STRATEGY)
    pool = Candidates(
        positions=positions,
        labelled=task.labelled[task.labelled < end],
        features=lambda wanted: features.take(runtime.blobs, stretches, wanted),
        moments=measured.read(runtime.blobs, task.shards),
        input_type=InputType(project.input_type),
        seed=project.seed,
        rng=np.random.default_rng([project.seed, project.ranking_count]),
    )
    strategy = Strategy(project.strategy)
    if not task.run_shards:
        return _cold_start(pool, strategy, project)
    if strategy is Strategy.DIVERSE:
        return ordering.by_diversity(pool, reason=Reason.STRATEGY)
    scores = _scores(runtime, task.run_shards)[positions]
    if strategy is Strategy.AUTO:
        return ordering.by_margin_diversified(pool, scores, batch_size=task.batch_size)
    return ordering.by_score(pool, scores, strategy)


def _cold_start(pool: Candidates, strategy: Strategy, project: Project) -> Ordered:
    """Order before there is a version: spread out, unless chance is what was asked for."""
    if strategy is Strategy.RANDOM:
        draws = selection.draws(project.seed + project.ranking_count, pool.positions)
        return replace(ordering.by_score(pool, draws, strategy), reason=Reason.COLD_START)
    return ordering.by_diversity(pool, reason=Reason.COLD_START)


def _scores(runtime: Runtime, scored: Sequence[RunShard]) -> Floats:
    """Scores of all positions that were scored, by position."""
    parts = [
        np.frombuffer(runtime.blobs.path(shard.scores or "").read_bytes(), dtype="<f8")
        for shard in scored
    ]
    return np.concatenate(parts)


def _save(runtime: Runtime, run: Run, task: _Task, ordered: Ordered) -> Sequence[Message]:
    now = runtime.now()
    count = len(ordered.ranked.positions)
    entries = np.empty(count, dtype=_ENTRY)
    entries["position"], entries["score"] = ordered.ranked.positions, ordered.ranked.scores
    digest = runtime.blobs.put(entries.tobytes())
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        if not task.run_shards:
            held.changes_seen = task.changes
        reason = _superseded(project, held)
        if reason is None:
            stored = min(count, max(LEAST_STORED, STORED_BATCHES * task.batch_size))
            _put_in_use(session, project, held, ordered, entries, digest, stored, now)
        ended = cycles.end(session, held, project, state=RunState.DONE, reason=reason, at=now)
    log.info("ranked", run=str(run.id), items=count, strategy=ordered.strategy)
    return [(each.stage, (each.id,)) for each in (ended.follow_up,) if each is not None]


def _superseded(project: Project, run: Run) -> str | None:
    """Why this order must not be put in use, if somebody pinned a version meanwhile."""
    if project.pinned and run.version_id != project.version_id:
        return "another version was pinned meanwhile"
    return None


def _put_in_use(
    session: Session,
    project: Project,
    run: Run,
    ordered: Ordered,
    entries: np.ndarray[tuple[int], np.dtype[np.void]],
    digest: str,
    stored: int,
    at: datetime,
) -> None:
    version = versions.find(session, run.version_id)
    events = run.events_seen if run.events_seen is not None else project.events_used
    ranking = rankings.add(
        session,
        project,
        version_id=version.id if version else None,
        run_id=run.id if version else None,
        strategy=ordered.strategy,
        reason=ordered.reason,
        events_seen=events,
        depth=len(entries),
        stored=stored,
        order=digest,
        ranked_at=at,
    )
    rankings.add_rows(session, ranking, entries[:stored].tolist(), first_place=1)
    project.ranking_id = ranking.id
    if version is not None:
        project.version_id = version.id
        version.promoted_at = version.promoted_at or at
