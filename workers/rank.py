"""Scores into a new ranking, put in use in one update."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import numpy.typing as npt
import structlog
from sqlalchemy.orm import Session

from service.domain.catalogue import InputType, Reason, Strategy
from service.domain.runs import RunState
from service.runtime import Runtime
from service.store import batches, cycles, masks, projects, rankings, run_shards, shards, versions
from service.store.tables.learning import Run, RunShard
from service.store.tables.pool import Project, Shard
from workers import ordering, stages
from workers.learning import selection
from workers.learning.arrays import Ints
from workers.learning.selection import Ranked
from workers.ordering import Candidates, Ordered
from workers.pool import features, measured, orders
from workers.stages import Message, Superseded

log = structlog.get_logger(__name__)

LEAST_STORED, STORED_BATCHES = 10_000, 20


@dataclass(frozen=True, kw_only=True)
class _Task:
    """All that an order needs, read in one transaction."""

    project: Project
    run_shards: Sequence[RunShard]
    shards: Sequence[Shard]
    changes: int
    batch_size: int

    @property
    def stretches(self) -> Sequence[Shard | RunShard]:
        """The shards that the order is of."""
        return self.run_shards or self.shards

    @property
    def stored(self) -> int:
        """How much of the order becomes rows."""
        return max(LEAST_STORED, STORED_BATCHES * self.batch_size)


@dataclass(frozen=True, kw_only=True)
class _Order:
    """An order, and where the rest of it is: in itself, or behind what is `taken` of shards."""

    ordered: Ordered
    depth: int
    taken: list[int] | None = None


def run(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Order the pool, and put the order in use."""
    task = _load(runtime, run)
    by_scores = task.run_shards and task.project.strategy != Strategy.DIVERSE
    messages = _save(runtime, run, task, (_by_scores if by_scores else _by_pool)(runtime, task))
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
            changes=project.pool_changes,
            batch_size=batches.usual_size(session, project.id),
        )


def _by_scores(runtime: Runtime, task: _Task) -> _Order:
    """Merge the orders of the shards; only their heads are looked at."""
    project = task.project

    def free(positions: Ints) -> npt.NDArray[np.bool_]:
        with runtime.readers() as session:
            offered = masks.free_among(session, project, positions.tolist())
        return np.isin(positions, np.fromiter(offered, np.int64, len(offered)))

    paths = [runtime.blobs.path(shard.scores or "") for shard in task.run_shards]
    head = orders.merged(paths, seed=project.seed, count=task.stored, free=free)
    strategy = Strategy(project.strategy)
    ordered = Ordered(ranked=head.ranked, strategy=str(strategy), reason=Reason.STRATEGY)
    if strategy is Strategy.AUTO and len(head.ranked.positions):
        pool = _candidates(runtime, task, head.ranked.positions, labelled=[])
        ordered = ordering.diversified(pool, head.ranked, batch_size=task.batch_size)
    depth = sum(shard.rows for shard in task.run_shards)
    return _Order(ordered=ordered, depth=depth, taken=head.taken)


def _by_pool(runtime: Runtime, task: _Task) -> _Order:
    """Order all of the pool by what the items are: before there is a version, or on request."""
    project = task.project
    end = task.stretches[-1].first_position + task.stretches[-1].rows if task.stretches else 0
    with runtime.readers() as session:
        closed = np.array(masks.closed_positions(session, project), dtype=np.int64)
        labelled = masks.labelled_positions(session, project)
    is_free = np.ones(end, dtype=bool)
    is_free[closed[closed < end]] = False
    positions: Ints = np.flatnonzero(is_free).astype(np.int64)
    if len(positions) == 0:
        empty = Ranked(positions=positions, scores=np.zeros(0))
        ordered = Ordered(ranked=empty, strategy=str(project.strategy), reason=Reason.STRATEGY)
        return _Order(ordered=ordered, depth=0)
    pool = _candidates(runtime, task, positions, labelled=[n for n in labelled if n < end])
    reason = Reason.STRATEGY if task.run_shards else Reason.COLD_START
    if project.strategy == Strategy.RANDOM:  # chance is what was asked for
        draws = selection.draws(project.seed + project.ranking_count, positions)
        ordered = replace(ordering.by_score(pool, draws, Strategy.RANDOM), reason=reason)
    else:
        ordered = ordering.by_diversity(pool, reason=reason)
    return _Order(ordered=ordered, depth=len(positions))


def _candidates(
    runtime: Runtime, task: _Task, positions: Ints, *, labelled: Sequence[int]
) -> Candidates:
    project = task.project
    return Candidates(
        positions=positions,
        labelled=np.array(labelled, dtype=np.int64),
        features=lambda wanted: features.take(runtime.blobs, task.stretches, wanted),
        moments=measured.read(runtime.blobs, task.shards),
        input_type=InputType(project.input_type),
        seed=project.seed,
        rng=np.random.default_rng([project.seed, project.ranking_count]),
    )


def _save(runtime: Runtime, run: Run, task: _Task, order: _Order) -> Sequence[Message]:
    now = runtime.now()
    whole = None if order.taken else runtime.blobs.put(orders.encode(order.ordered.ranked))
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        if not task.run_shards:
            held.changes_seen = task.changes
        reason = _superseded(project, held)
        if reason is None:
            _put_in_use(session, project, held, order, whole, task.stored, now)
        ended = cycles.end(session, held, project, state=RunState.DONE, reason=reason, at=now)
    log.info("ranked", run=str(run.id), items=order.depth, strategy=order.ordered.strategy)
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
    order: _Order,
    whole: str | None,
    stored: int,
    at: datetime,
) -> None:
    version = versions.find(session, run.version_id)
    events = run.events_seen if run.events_seen is not None else project.events_used
    ranked = order.ordered.ranked
    head = list(
        zip(ranked.positions[:stored].tolist(), ranked.scores[:stored].tolist(), strict=True)
    )
    ranking = rankings.add(
        session,
        project,
        version_id=version.id if version else None,
        run_id=run.id if version else None,
        strategy=order.ordered.strategy,
        reason=order.ordered.reason,
        events_seen=events,
        depth=order.depth,
        stored=len(head),
        order=whole,
        taken=order.taken,
        ranked_at=at,
    )
    rankings.add_rows(session, ranking, head, first_place=1)
    project.ranking_id = ranking.id
    if version is not None:
        project.version_id = version.id
        version.promoted_at = version.promoted_at or at
