"""Uploads as an Arrow stream: mapped, cut between rows, read without a copy."""

from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from service.domain.catalogue import InputType
from workers.uploads import columns
from workers.uploads.rows import Cut, Malformed, Refusals, Rows, Wanted

_BATCH = "record batch"
_END = b"\xff\xff\xff\xff\0\0\0\0"
_HEADER, _COMPRESSION = 2, 3
"""Fields of the flatbuffers tables Message and RecordBatch, see Message.fbs of Arrow."""


def cut(path: Path, wanted: Wanted, *, rows: int, size: int) -> list[Cut]:
    """Cut a stream into parts of at most so many rows; texts also into about so many bytes.

    Raises:
        Malformed: it is no Arrow stream, or not one of such items.
    """
    with pa.memory_map(str(path)) as file:
        try:
            schema = _schema(file)
            columns.check(schema, wanted)
            begins, counts, end = _batches(file, schema)
        except (pa.ArrowException, EOFError, OSError) as error:
            raise Malformed(f"the upload is no whole Arrow stream: {error}") from None
    total = int(counts.sum())
    if total == 0:
        raise Malformed("the upload holds no rows")
    parts = -(-total // rows)
    if wanted.input_type == InputType.TEXT:
        parts = min(total, max(parts, -(-end // size)))
    return _even(begins, counts, step=-(-total // parts), end=end)


def read(
    path: Path, part: Cut, wanted: Wanted, refusals: Refusals, *, rows: int
) -> Iterator[Rows | None]:
    """Read a part, so many rows at a time; what is not acceptable is told.

    A block of which a row is refused is None.

    Raises:
        Malformed: the bytes are not what the stream says.
    """
    row, left, skip = part.first_row, part.rows, part.skip
    with pa.memory_map(str(path)) as file:
        try:
            schema = _schema(file)
            file.seek(part.begins)
            while left > 0:
                batch = pa.ipc.read_record_batch(pa.ipc.read_message(file), schema)
                batch.validate(full=True)
                batch = batch.slice(skip, left)
                for first in range(0, batch.num_rows, rows):
                    block = batch.slice(first, rows)
                    yield columns.read(block, wanted, refusals, first_row=row + first)
                row, left, skip = row + batch.num_rows, left - batch.num_rows, 0
        except (pa.ArrowException, EOFError, OSError) as error:
            raise Malformed(f"the Arrow stream cannot be read: {error}") from None


def _schema(file: Any) -> Any:
    message = pa.ipc.read_message(file)
    return pa.ipc.read_schema(message)


def _batches(file: Any, schema: Any) -> tuple[Any, Any, int]:
    """Where each record batch begins, how many rows it has, and where the last one ends."""
    begins, counts = array("q"), array("q")
    while True:
        at = file.tell()
        if file.read(len(_END)) == _END:
            return np.frombuffer(begins, np.int64), np.frombuffer(counts, np.int64), at
        file.seek(at)
        message = pa.ipc.read_message(file)
        if message.type != _BATCH:
            raise Malformed(f"the Arrow stream holds a {message.type}, not only record batches")
        if _is_compressed(message.metadata):
            raise Malformed("the Arrow stream is compressed; send it without compression")
        begins.append(at)
        counts.append(pa.ipc.read_record_batch(message, schema).num_rows)


def _even(begins: Any, counts: Any, *, step: int, end: int) -> list[Cut]:
    """Parts of `step` rows, the last of what is left."""
    firsts = np.cumsum(counts) - counts
    total = int(counts.sum())
    rows = np.arange(0, total, step)
    batch = np.searchsorted(firsts, rows, side="right") - 1
    # A batch that two parts share is in the stretch of the second.
    bounds = [*begins[batch].tolist(), end]
    return [
        Cut(
            first_row=row,
            rows=min(step, total - row),
            begins=bounds[number],
            ends=bounds[number + 1],
            skip=skip,
        )
        for number, (row, skip) in enumerate(
            zip(rows.tolist(), (rows - firsts[batch]).tolist(), strict=True)
        )
    ]


def _is_compressed(metadata: Any) -> bool:
    """Whether the record batch in a message says that its buffers are compressed."""
    data = bytes(metadata)
    header = _field(data, int.from_bytes(data[:4], "little"), _HEADER)
    if header is None:
        return False
    batch = header + int.from_bytes(data[header : header + 4], "little")
    return _field(data, batch, _COMPRESSION) is not None


def _field(data: bytes, table: int, number: int) -> int | None:
    """Where a flatbuffers table, verified by Arrow, holds a field; None if it does not."""
    vtable = table - int.from_bytes(data[table : table + 4], "little", signed=True)
    slot = 4 + 2 * number
    if slot >= int.from_bytes(data[vtable : vtable + 2], "little"):
        return None
    offset = int.from_bytes(data[vtable + slot : vtable + slot + 2], "little")
    return table + offset if offset else None
