"""A stretch of the coverage order beside a ranking, so that hand-outs only read it."""

from math import ceil

import numpy as np
import structlog

from service.runtime import Runtime
from service.store import batches, clusterings, coverings, masks, shards, spots, training
from service.store.tables.pool import Project
from workers.learning import coverage
from workers.learning.coverage import NOWHERE, Assigned
from workers.pool import clusterings as files

log = structlog.get_logger(__name__)

_LEAST, _BATCHES, _MOST = 1_000, 10, 3_000


def write(runtime: Runtime, project: Project, ranking_id: int) -> None:
    """Draw a stretch of the coverage order and keep it with a ranking, unless it has one.

    Covered is what has a label, and what was served for coverage: else a region that everybody
    skips would be asked about for ever. Suspicious regions are those of the last report.
    """
    with runtime.readers() as session:
        clustering = clusterings.find(session, project.id)
        if clustering is None or coverings.is_any(session, ranking_id):
            return
        there = shards.list_for(session, project.id)
        closed = np.array(masks.closed_positions(session, project), dtype=np.int64)
        labelled = training.positions(session, project)
        served = coverings.served_positions(session, project)
        suspects = np.array(spots.suspect_positions(session, project.id), dtype=np.int64)
        size = batches.usual_size(session, project.id)
    clusters = files.of_pool(runtime.blobs, there, clustering.number)
    known = np.union1d(labelled, served).astype(np.int64)
    free = np.ones(len(clusters), dtype=bool)
    free[closed[closed < len(clusters)]] = False
    found = coverage.order(
        clusters,
        free,
        known[known < len(clusters)],
        _in_order(clusters[suspects[suspects < len(clusters)]]),
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


def _in_order(clusters: Assigned) -> list[int]:
    """Each cluster once, where it comes first."""
    return [each for each in dict.fromkeys(clusters.tolist()) if each != NOWHERE]
