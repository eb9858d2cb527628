"""A pool's shards as it grows: rows appended to the open shard, whole shards taken as they are."""

from collections.abc import Sequence
from typing import Any

from service.store.blobs import Blobs
from service.store.tables.pool import Project, Shard
from workers.encoders import inputs
from workers.learning.arrays import Matrix
from workers.pool import measured, moments, shards

LEAST_SHARD = 0.25
"""Part of a full shard from which an upload's part becomes one as it is."""


class Growth:
    """Shards behind the last one of a project, or in its place while it is not full."""

    def __init__(self, store: Blobs, project: Project, last: Shard | None, *, full: int) -> None:
        self._store, self._project, self._full = store, project, full
        self._start = project.encoded
        self._open: Matrix | None = None
        self._number = 0 if last is None else last.number + 1
        self.rows: list[dict[str, Any]] = []
        """The new shards, as rows of their table."""
        if last is not None and last.rows < full and self._is_whole(last):
            self._open = shards.open_shard(store.path(last.features))
            self._number, self._start = last.number, last.first_position
        self._held = self._kept = 0 if self._open is None else self._open.shape[0]

    @property
    def room(self) -> int:
        """Rows that the open shard can take."""
        return self._full - self._held

    @property
    def waiting(self) -> int:
        """Rows in the open shard."""
        return self._held

    def append(self, matrix: Matrix) -> None:
        """Append rows for which there is room."""
        self._open = shards.extend(self._open, matrix)
        self._held = self._open.shape[0]
        if self._held == self._full:
            self.close()

    def adopt(self, rows: int, *, features: str, moments: str) -> None:
        """Take a shard as it is."""
        self.close()
        self._put(rows, features, moments)

    def leave_empty(self, rows: int) -> None:
        """Take rows of zeros for positions that no item has: they count in no statistics."""
        self.close()
        measure = self._store.put(measured.pack(moments.of(inputs.empty(self._project, 0))))
        for at in range(0, rows, self._full):
            count = min(self._full, rows - at)
            self._put(
                count, self._store.put(shards.encode(inputs.empty(self._project, count))), measure
            )

    def close(self) -> Sequence[dict[str, Any]]:
        """Write the open shard if it has grown; the next rows begin a new one."""
        if self._open is not None and self._held > self._kept:
            features = self._store.put(shards.encode(self._open))
            self._put(self._held, features, self._store.put(measured.pack(moments.of(self._open))))
        elif self._open is not None:
            self._number, self._start = self._number + 1, self._start + self._held
        self._open, self._held, self._kept = None, 0, 0
        return self.rows

    def _put(self, rows: int, features: str, moments: str) -> None:
        self.rows.append(
            {
                "project_id": self._project.id,
                "number": self._number,
                "first_position": self._start,
                "rows": rows,
                "features": features,
                "moments": moments,
                "clusters": None,
                "clustering": None,
            }
        )
        self._number, self._start = self._number + 1, self._start + rows

    def _is_whole(self, shard: Shard) -> bool:
        """Whether every row of a shard is an item's: else its statistics would be lost."""
        return measured.read(self._store, [shard]).count == shard.rows
