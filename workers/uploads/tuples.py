"""Rows of an upload as the database takes them: PostgreSQL's binary COPY, or dictionaries.

The format is that of "COPY, File Formats, Binary Format" in PostgreSQL's documentation: the number
of fields, and before each of them its size, all big-endian; -1 for NULL.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from service.domain.contents import DIGEST_BYTES
from service.domain.items import ItemState
from service.store.copying import Tuples
from service.store.tables.pool import Item, Payload
from workers.uploads import rows

_ITEM = "project_id position key digest group metadata state labels skips audit_draw registered_at"
_PAYLOAD = "project_id position text"
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_JSONB = b"\x01"
"""Version of the binary format of `jsonb`."""


def for_copy(
    project_id: int, positions: npt.NDArray[np.int64], table: Any, *, at: datetime
) -> Iterator[Tuples]:
    """Tuples for PostgreSQL, with no Python object for a row."""
    table = table.combine_chunks()
    where = _fixed(len(table), (">i8", project_id), (">i8", positions))
    digests = rows.pairs(table, "digest").view(f"V{DIGEST_BYTES}")
    rest = _fixed(
        len(table),
        (f"S{len(ItemState.OPEN)}", str(ItemState.OPEN)),
        *((">i8", 0), (">i8", 0)),
        (">f8", rows.draws(rows.pairs(table, "mark"))),
        (">i8", (at - _EPOCH) // timedelta(microseconds=1)),
    )
    yield _joined(
        Item,
        _ITEM.split(),
        where,
        *_sized(table.column("key")),
        _fixed(len(table), (digests.dtype, digests)),
        *_sized(table.column("group")),
        *_sized(table.column("metadata"), behind=_JSONB),
        rest,
    )
    if table.column("text").null_count < len(table):
        yield _joined(Payload, _PAYLOAD.split(), where, *_sized(table.column("text")))


def for_insert(
    project_id: int, positions: npt.NDArray[np.int64], table: Any, *, at: datetime
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of the two tables for SQLite."""
    draws = rows.draws(rows.pairs(table, "mark")).tolist()
    found = table.to_pylist()
    items = [
        {
            "project_id": project_id,
            "position": position,
            "key": row["key"],
            "digest": row["digest"],
            "group": row["group"],
            "notes": None if row["metadata"] is None else orjson.loads(row["metadata"]),
            "state": ItemState.OPEN,
            "audit_draw": draw,
            "registered_at": at,
        }
        for position, draw, row in zip(positions.tolist(), draws, found, strict=True)
    ]
    payloads = [
        {"project_id": project_id, "position": position, "text": row["text"]}
        for position, row in zip(positions.tolist(), found, strict=True)
        if row["text"] is not None
    ]
    return items, payloads


def _fixed(count: int, *fields: tuple[npt.DTypeLike, Any]) -> Any:
    """Fields that have the same size in all rows, each by its type and its values."""
    kinds = [np.dtype(kind) for kind, _ in fields]
    parts = [
        part
        for number, kind in enumerate(kinds)
        for part in ((f"size_{number}", ">i4"), (f"field_{number}", kind))
    ]
    found = np.empty(count, parts)
    for number, (_, values) in enumerate(fields):
        found[f"size_{number}"], found[f"field_{number}"] = kinds[number].itemsize, values
    return _binary(found)


def _sized(strings: Any, *, behind: bytes = b"") -> tuple[Any, Any]:
    """A field of any size: how large it is, and its bytes, `behind` some that are the same."""
    data = strings.cast(pa.binary())
    if behind:
        data = pc.binary_join_element_wise(behind, data, b"")
    sizes = pc.fill_null(pc.binary_length(data), -1).to_numpy().astype(">i4")
    return _binary(sizes), pc.fill_null(data, b"")


def _binary(found: npt.NDArray[Any]) -> Any:
    kind = pa.binary(found.itemsize)
    buffers = [None, pa.py_buffer(found)]
    return pa.FixedSizeBinaryArray.from_buffers(kind, len(found), buffers).cast(pa.binary())


def _joined(table: type[Item] | type[Payload], columns: list[str], *parts: Any) -> Tuples:
    """Parts put behind each other, row by row, each row behind the number of its fields."""
    begin = len(columns).to_bytes(2, "big")
    joined = pc.binary_join_element_wise(begin, *parts, b"")
    if isinstance(joined, pa.ChunkedArray):
        joined = joined.combine_chunks()
    offsets = np.frombuffer(joined.buffers()[1], np.int32)[joined.offset :]
    data = memoryview(joined.buffers()[2])[int(offsets[0]) : int(offsets[len(joined)])]
    return Tuples(table=table, columns=columns, data=data)
