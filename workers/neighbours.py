"""Items near to newly labelled ones: found shard by shard, for the next ranking of candidates."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from sqlalchemy.orm import Session

from service.store import labels
from service.store.blobs import Blobs
from service.store.tables.learning import RunShard
from service.store.tables.pool import Project
from workers.learning import diversity
from workers.learning.arrays import Dense, Ints, Matrix, is_sparse
from workers.learning.scaling import Narrow
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


@dataclass
class _Nearest:
    """The rows of a shard that are nearest to a labelled one, of those looked at by now."""

    count: int
    rows: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    likeness: Narrow = field(default_factory=lambda: np.zeros(0, np.float32))

    def look(self, first: int, likeness: Narrow) -> None:
        """Look at further rows, and keep those that are nearer than the farthest kept."""
        is_full = len(self.rows) == self.count
        nearer = np.flatnonzero(likeness > self.likeness.min()) if is_full else slice(None)
        rows = np.concatenate([self.rows, np.arange(first, first + len(likeness))[nearer]])
        joined = np.concatenate([self.likeness, likeness[nearer]])
        if len(rows) > self.count:
            kept = np.argpartition(-joined, self.count - 1)[: self.count]
            rows, joined = rows[kept], joined[kept]
        self.rows, self.likeness = rows, joined


def of_shard(matrix: Matrix, first_position: int, labelled: Dense) -> bytes:
    """Find a shard's 100 rows nearest to each labelled one, by the angle between them."""
    if is_sparse(matrix) or not len(labelled):
        return b""
    found = [_Nearest(min(NEAREST, matrix.shape[0])) for _ in labelled]
    for first, block in shards.blocks(matrix, _ROWS_AT_ONCE):
        likeness = labelled @ np.asarray(diversity.unit(block)).T
        for nearest, of_row in zip(found, likeness, strict=True):
            nearest.look(first, of_row)
    entries = np.empty((len(found), found[0].count), dtype=ENTRY)
    entries["position"] = first_position + np.stack([nearest.rows for nearest in found])
    entries["row"] = np.arange(len(found))[:, None]
    entries["likeness"] = np.stack([nearest.likeness for nearest in found])
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
