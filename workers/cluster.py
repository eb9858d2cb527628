"""A pool into clusters: centres from a sample of it, then the nearest one of each item."""

from collections.abc import Sequence

import numpy as np
import structlog

from service.domain.runs import RunState
from service.runtime import Runtime
from service.store import clusterings, projects, reports, runs, shards
from service.store.tables.coverage import Clustering
from service.store.tables.learning import Run
from service.store.tables.pool import Project, Shard
from workers import covering, ordering, stages
from workers.learning import coverage
from workers.learning.arrays import Ints
from workers.learning.coverage import Assigned, Clusters
from workers.pool import clusterings as files
from workers.pool import features, measured
from workers.pool import shards as shard_files
from workers.stages import Message, Superseded

log = structlog.get_logger(__name__)


def run(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Cluster what has no clusters yet; all of the pool if it has outgrown its centres."""
    with runtime.readers() as session:
        project = projects.find_live(session, run.project_id)
        known = clusterings.find(session, run.project_id)
        there = shards.list_for(session, run.project_id)
    if project is None:
        raise Superseded
    filled = [each for each in there if measured.read(runtime.blobs, [each]).count]
    if not filled:
        return _end_empty(runtime, run)
    if known is None or coverage.has_outgrown(project.encoded, clustered=known.items):
        clusters = _made(runtime, project, filled)
        clustering = Clustering(
            project_id=project.id,
            number=known.number + 1 if known else 1,
            clusters=len(clusters.centres),
            items=project.encoded,
            centres=runtime.blobs.put(files.pack(clusters)),
        )
    else:
        clusters, clustering = files.read(runtime.blobs, known.centres), known
    digests = {
        (each.number, each.features): runtime.blobs.put(
            files.encode(_assigned(runtime, clusters, each, is_filled=each in filled))
        )
        for each in clusterings.missing(clustering, there)
    }
    return _save(runtime, run, clustering, digests)


def _made(runtime: Runtime, project: Project, filled: Sequence[Shard]) -> Clusters:
    """Make clusters from a random sample of the rows that are items."""
    ends = np.cumsum([each.rows for each in filled])
    rng = np.random.default_rng([project.seed, project.encoded])
    items = int(ends[-1])
    picks = np.sort(rng.choice(items, coverage.sample_size(items), replace=False))
    shifts: Ints = np.array([each.first_position + each.rows for each in filled]) - ends
    positions = picks + shifts[np.searchsorted(ends, picks, side="right")]
    return coverage.clustered(
        features.take(runtime.blobs, filled, positions),
        ordering.space(measured.read(runtime.blobs, filled)),
        items=items,
        seed=project.seed,
    )


def _assigned(runtime: Runtime, clusters: Clusters, shard: Shard, *, is_filled: bool) -> Assigned:
    if not is_filled:  # its positions are nobody's
        return np.full(shard.rows, coverage.NOWHERE, dtype=np.uint16)
    return coverage.assign(clusters, shard_files.open_shard(runtime.blobs.path(shard.features)))


def _end_empty(runtime: Runtime, run: Run) -> Sequence[Message]:
    """End a run of a pool whose positions are nobody's; new items will ask for another."""
    with runtime.sessions.begin() as session:
        _, held = stages.hold(session, run)
        runs.move(session, held, now=runtime.now(), state=RunState.DONE, reason="there is no item")
    return []


def _save(
    runtime: Runtime, run: Run, clustering: Clustering, digests: dict[tuple[int, str], str]
) -> Sequence[Message]:
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        clusterings.put(session, clustering)
        clusterings.assign(session, clustering, digests)
        runs.move(session, held, now=now, state=RunState.DONE, reason=None)
        # Shards that came or grew meanwhile.
        more = clusterings.queue_if_due(session, project, at=now)
        report = reports.queue_up(session, project, at=now)
    if project.ranking_id is not None and project.coverage_share:
        covering.write(runtime, project, project.ranking_id)
    log.info("clustered", run=str(run.id), clusters=clustering.clusters, shards=len(digests))
    return stages.messages(more, report)
