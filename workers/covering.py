"""A stretch of the coverage order beside a ranking, so that hand-outs only read it."""

from collections.abc import Sequence
from math import ceil

import numpy as np
import structlog

from service.runtime import Runtime
from service.store import batches, clusterings, coverings, labels, masks, shards
from service.store.tables.pool import Project
from workers import stages
from workers.learning import coverage
from workers.pool import clusterings as files
from workers.stages import Message

log = structlog.get_logger(__name__)

_LEAST, _BATCHES, _MOST = 1_000, 10, 3_000


def follow_up(runtime: Runtime, project: Project, ranking_id: int | None) -> Sequence[Message]:
    """Write the coverage order of a new ranking; ask for clusters if any are missing.

    A ranking is in use before this: until then, coverage is drawn from all of the pool.
    """
    if ranking_id is None or not project.coverage_share:
        return []
    write(runtime, project, ranking_id)
    with runtime.sessions.begin() as session:
        run = clusterings.queue_if_due(session, project, at=runtime.now())
    return stages.messages(run)


def write(runtime: Runtime, project: Project, ranking_id: int) -> None:
    """Draw a stretch of the coverage order and keep it with a ranking, unless it has one.

    Covered is what has a label, and what was served for coverage: else a region that everybody
    skips would be asked about for ever.
    """
    with runtime.readers() as session:
        clustering = clusterings.find(session, project.id)
        if clustering is None or coverings.is_any(session, ranking_id):
            return
        there = shards.list_for(session, project.id)
        closed = np.array(masks.closed_positions(session, project), dtype=np.int64)
        labelled = labels.labelled_positions(session, project)
        served = coverings.served_positions(session, project)
        size = batches.usual_size(session, project.id)
    clusters = files.of_pool(runtime.blobs, there, clustering.number)
    known = np.union1d(labelled, served).astype(np.int64)
    free = np.ones(len(clusters), dtype=bool)
    free[closed[closed < len(clusters)]] = False
    found = coverage.order(
        clusters,
        free,
        known[known < len(clusters)],
        count=min(_MOST, max(_LEAST, ceil(_BATCHES * size * project.coverage_share))),
        rng=np.random.default_rng([project.seed, ranking_id]),
    )
    rows = list(
        zip(
            found.positions.tolist(),
            found.clusters.tolist(),
            found.probabilities.tolist(),
            strict=True,
        )
    )
    with runtime.sessions.begin() as session:
        is_new = coverings.add(session, ranking_id, rows)
    log.info("covered", project=project.id, items=len(rows) if is_new else 0)
