"""What each version says of the same unlabelled items, by which one sees if they still change."""

from collections.abc import Sequence

import numpy as np

from service.runtime import Runtime
from service.store import masks, versions
from service.store.tables.learning import Run, RunShard
from service.store.tables.pool import Project
from workers.learning import coverage, selection, stability
from workers.learning.arrays import Ints
from workers.pool import opinions, predicted
from workers.pool.opinions import Kept


def keep(runtime: Runtime, project: Project, run: Run, scored: Sequence[RunShard]) -> None:
    """Keep what the version of a run that has scored the pool says, unless that is kept already.

    The items are those that the version before it was asked about; they are drawn anew from what
    has no label if there are none, or if the pool has grown by half.
    """
    with runtime.readers() as session:
        version = versions.find(session, run.version_id)
        before = versions.find_last_judged(session, project.id)
    if version is None or version.stop_set is not None or not scored:
        return
    end = scored[-1].first_position + scored[-1].rows
    last = opinions.read(runtime.blobs, before.stop_set) if before and before.stop_set else None
    if last is None or coverage.has_outgrown(end, clustered=last.pool):
        positions, pool = _drawn(runtime, project, end), end
    else:
        positions, pool = last.positions, last.pool
    if not len(positions):
        return
    said = predicted.classes(runtime.blobs, scored, positions)
    digest = runtime.blobs.put(opinions.pack(Kept(positions=positions, said=said, pool=pool)))
    with runtime.sessions.begin() as session:
        versions.keep_stop_set(session, version.id, digest)


def _drawn(runtime: Runtime, project: Project, end: int) -> Ints:
    """Draw items by a seeded hash, the same for the same pool."""
    with runtime.readers() as session:
        closed = np.array(masks.closed_positions(session, project), dtype=np.int64)
    free = np.setdiff1d(np.arange(end), closed)
    order = np.argsort(selection.hashes(project.seed + 1, free), kind="stable")
    return np.sort(free[order[: stability.STOP_SET]]).astype(np.int64)
