"""Pools of vectors, written to a file batch by batch, and read back for the floors."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from benchmarks.bench.site import Site

ROWS_AT_ONCE = 16_384

SPREAD = 3.0
"""Length of the centre of a class, in deviations of a row around it."""


@dataclass(frozen=True, kw_only=True)
class Pool:
    """Items in a file, an Arrow IPC stream of `key` and `vector`, and the truth about them."""

    path: Path
    rows: int
    width: int
    classes: list[str]
    truth: npt.NDArray[np.int8]

    @property
    def settings(self) -> dict[str, object]:
        """What the service has to know of it to make a project."""
        return {
            "task": {"type": "classification", "classes": self.classes},
            "input": {"type": "vector", "dimensions": self.width},
        }

    def answers(self, positions: npt.NDArray[np.int64]) -> dict[str, str]:
        """Right labels by key."""
        return {key_of(at): self.classes[self.truth[at]] for at in positions.tolist()}


def key_of(position: int) -> str:
    """Give the key of an item.

    >>> key_of(7)
    'item-00000007'
    """
    return f"item-{position:08}"


def vectors(site: Site, *, rows: int, width: int, classes: int = 2) -> Pool:
    """Write normal clouds around one centre a class, all of length one; once a run."""
    path = site.folder / f"{rows}x{width}x{classes}.arrow"
    rng = np.random.default_rng([rows, width, classes])
    truth = rng.integers(classes, size=rows).astype(np.int8)
    centres = rng.standard_normal((classes, width))
    centres *= SPREAD / np.linalg.norm(centres, axis=1, keepdims=True)
    if not path.exists():
        _write(path, truth, centres.astype(np.float32), rng)
    names = [f"class-{number}" for number in range(classes)]
    return Pool(path=path, rows=rows, width=width, classes=names, truth=truth)


def read(pool: Pool) -> npt.NDArray[np.float32]:
    """Give all rows, float32[n, d]."""
    found = np.empty((pool.rows, pool.width), dtype=np.float32)
    first = 0
    for batch in batches(pool):
        rows = batch.column("vector").values.to_numpy().reshape(-1, pool.width)
        found[first : first + len(rows)] = rows
        first += len(rows)
    return found


def batches(pool: Pool) -> Iterator[pa.RecordBatch]:
    """Give the file's record batches, one after the other."""
    with pa.memory_map(str(pool.path)) as source, pa.ipc.open_stream(source) as stream:
        yield from stream


def _write(
    path: Path,
    truth: npt.NDArray[np.int8],
    centres: npt.NDArray[np.float32],
    rng: np.random.Generator,
) -> None:
    width = centres.shape[1]
    schema = pa.schema([("key", pa.string()), ("vector", pa.list_(pa.float32(), width))])
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, schema) as stream:
        for first in range(0, len(truth), ROWS_AT_ONCE):
            part = truth[first : first + ROWS_AT_ONCE]
            rows = rng.standard_normal((len(part), width), dtype=np.float32) + centres[part]
            rows /= np.linalg.norm(rows, axis=1, keepdims=True)
            keys = [key_of(first + row) for row in range(len(part))]
            flat = pa.FixedSizeListArray.from_arrays(pa.array(rows.reshape(-1)), width)
            stream.write_batch(pa.record_batch([pa.array(keys), flat], schema=schema))
