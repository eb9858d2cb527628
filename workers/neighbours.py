"""Items near to newly labelled ones: found shard by shard, for the next ranking of candidates."""

from collections.abc import Sequence

import numpy as np
from sqlalchemy.orm import Session

from service.store import labels
from service.store.blobs import Blobs
from service.store.tables.learning import RunShard
from service.store.tables.pool import Project
from workers.learning import diversity
from workers.learning.arrays import Dense, Ints, Matrix, is_sparse
from workers.learning.selection import Ranked
from workers.pool import features, shards

NEWEST, NEAREST = 50, 100
ENTRY = np.dtype([("position", "<u4"), ("row", "<u2"), ("likeness", "<f4")])
_ROWS_AT_ONCE = 8_192


def newest(session: Session, project: Project) -> list[int]:
    """Items labelled last, ascending: at most 50, of those that have features."""
    found = labels.newest_positions(session, project, limit=NEWEST)
    return sorted(each for each in found if each < project.encoded)


def rows_of(blobs: Blobs, positions: Sequence[int], scanned: Sequence[RunShard]) -> Dense:
    """Feature rows of unit length of items, ascending: float32[n, d]; none of texts."""
    if not positions:
        return np.zeros((0, 0), dtype=np.float32)
    rows = features.take(blobs, scanned, np.array(positions, dtype=np.int64))
    return np.zeros((0, 0), np.float32) if is_sparse(rows) else np.asarray(diversity.unit(rows))


def of_shard(matrix: Matrix, first_position: int, labelled: Dense) -> bytes:
    """Find a shard's 100 rows nearest to each labelled one, by the angle between them."""
    if is_sparse(matrix) or not len(labelled):
        return b""
    likeness = np.concatenate(
        [
            np.asarray(diversity.unit(block)) @ labelled.T
            for _, block in shards.blocks(matrix, _ROWS_AT_ONCE)
        ]
    )
    count = min(NEAREST, len(likeness))
    nearest = np.argpartition(-likeness, count - 1, axis=0)[:count]
    entries = np.empty(nearest.shape, dtype=ENTRY)
    entries["position"] = first_position + nearest
    entries["row"] = np.arange(len(labelled))
    entries["likeness"] = np.take_along_axis(likeness, nearest, axis=0)
    return entries.tobytes()


def candidates(blobs: Blobs, scanned: Sequence[RunShard], best: Ranked) -> bytes:
    """Join the nearest of all shards and the best of the scan: ascending uint32 positions.

    (Candidates near to what is labelled: SEALS, Coleman et al. 2022.)
    """
    found = [
        np.frombuffer(blobs.path(shard.neighbours).read_bytes(), dtype=ENTRY)
        for shard in scanned
        if shard.neighbours
    ]
    joined = np.concatenate([np.zeros(0, ENTRY), *found])
    order = np.lexsort((-joined["likeness"], joined["row"]))
    rows = joined["row"][order]
    rank_in_row: Ints = np.arange(len(rows)) - np.searchsorted(rows, rows)
    nearest = joined["position"][order][rank_in_row < NEAREST]
    return np.union1d(nearest, best.positions).astype("<u4").tobytes()
