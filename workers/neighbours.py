"""Items near to newly labelled ones: found shard by shard, for the next ranking of candidates."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from service.store import training
from service.store.blobs import Blobs
from service.store.tables.learning import RunShard
from service.store.tables.pool import Project
from workers.learning import diversity, scaling
from workers.learning.arrays import Dense, Flags, Ints, Matrix, is_sparse
from workers.learning.selection import Ranked
from workers.pool import features

NEWEST, NEAREST = 50, 100
ENTRY = np.dtype([("position", "<u4"), ("row", "<u2"), ("likeness", "<f4")])
MOST_ROWS = 8_192
"""Rows of a shard that are looked at: of a full one every eighth, others in each scan."""

Entries: TypeAlias = npt.NDArray[np.void]


def newest(session: Session, project: Project) -> list[int]:
    """Items labelled last, ascending: at most 50, of those that have features."""
    found = training.newest_positions(session, project, limit=NEWEST)
    return sorted(each for each in found if each < project.encoded)


def rows_of(blobs: Blobs, positions: Sequence[int], scanned: Sequence[RunShard]) -> Dense:
    """Feature rows of unit length of items, ascending: float32[n, d]; none of texts."""
    if not positions:
        return np.zeros((0, 0), dtype=np.float32)
    rows = features.take(blobs, scanned, np.array(positions, dtype=np.int64))
    return np.zeros((0, 0), np.float32) if is_sparse(rows) else np.asarray(diversity.unit(rows))


class Nearest:
    """The 100 items nearest to each labelled one, of the shards of a run looked at by now.

    What is farther than those cannot be among the nearest of all: of most shards next to nothing
    is kept. Of a large shard a share of the rows is looked at, so that to seek is a small part of
    a scan; SEALS (Coleman et al. 2022) has nearest neighbours by approximation, too.
    """

    def __init__(self, labelled: Dense, *, draw: int = 0) -> None:
        """Begin with nothing.

        Args:
            labelled: rows of unit length, float32[n, d].
            draw: says which rows of large shards are looked at, at least 0.
        """
        self._labelled, self._draw = labelled, draw
        self._found = np.zeros(0, ENTRY)
        self._floors = np.full(len(labelled), -np.inf, np.float32)
        """A likeness that 100 items reach, by labelled one."""

    def of_shard(self, matrix: Matrix, first_position: int) -> bytes:
        """Find what a shard has of them, by the angle between rows: entries, in no order."""
        if is_sparse(matrix) or not len(self._labelled):
            return b""
        end = first_position + matrix.shape[0]
        # The shard may come again: its first attempt may have failed.
        again = _lies_in(self._found, first_position, end)
        if again.any():
            self._keep(self._found[~again])
        step = max(1, -(-matrix.shape[0] // MOST_ROWS))
        start = self._draw % step
        found = self._near(np.ascontiguousarray(matrix[start::step]))
        found["position"] = first_position + start + step * found["position"]
        self._keep(np.concatenate([self._found, found]))
        return self._found[_lies_in(self._found, first_position, end)].tobytes()

    def _near(self, rows: Dense) -> Entries:
        """Rows that may be among the nearest, with their numbers as positions."""
        likeness = rows @ self._labelled.T
        likeness /= scaling.norms(rows).astype(likeness.dtype)[:, None]
        if np.isfinite(self._floors).all():
            places = np.flatnonzero(likeness > self._floors)
            near, row = np.divmod(places, len(self._labelled))
        else:
            # Some have not found their 100 yet, which would tell what is too far.
            count = min(NEAREST, len(rows))
            near = np.argpartition(-likeness, count - 1, axis=0)[:count].T.ravel()
            row = np.repeat(np.arange(len(self._labelled)), count)
        entries = np.empty(len(row), ENTRY)
        entries["position"], entries["row"], entries["likeness"] = near, row, likeness[near, row]
        return entries

    def _keep(self, entries: Entries) -> None:
        self._found, place = _nearest_first(entries)
        self._floors[:] = -np.inf
        last = self._found[place == NEAREST - 1]
        self._floors[last["row"]] = last["likeness"]


def _nearest_first(entries: Entries) -> tuple[Entries, Ints]:
    """The 100 nearest to each labelled one, by that, and their places from 0."""
    ordered = entries[np.lexsort((-entries["likeness"], entries["row"]))]
    place: Ints = np.arange(len(ordered)) - np.searchsorted(ordered["row"], ordered["row"])
    return ordered[place < NEAREST], place[place < NEAREST]


def _lies_in(entries: Entries, first: int, end: int) -> Flags:
    positions = entries["position"]
    return np.asarray((positions >= first) & (positions < end))


def candidates(blobs: Blobs, scanned: Sequence[RunShard], best: Ranked) -> bytes:
    """Join the nearest of all shards and the best of the scan: ascending uint32 positions.

    (Candidates near to what is labelled: SEALS, Coleman et al. 2022.)
    """
    found = [
        np.frombuffer(blobs.path(shard.neighbours).read_bytes(), dtype=ENTRY)
        for shard in scanned
        if shard.neighbours
    ]
    nearest, _ = _nearest_first(np.concatenate([np.zeros(0, ENTRY), *found]))
    return np.union1d(nearest["position"], best.positions).astype("<u4").tobytes()
