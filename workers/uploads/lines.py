"""Rows of an upload as the database takes them: lines for COPY, or dictionaries."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from service.domain.items import ItemState
from service.store.copying import Lines
from service.store.tables.pool import Item, Payload
from workers.uploads import rows

_ESCAPES = (("\\", "\\\\"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))
_NULL = "\\N"
_ITEM = "project_id position key digest group metadata state labels skips audit_draw registered_at"
_PAYLOAD = "project_id position text"


def for_copy(
    project_id: int, positions: npt.NDArray[np.int64], table: Any, *, at: datetime
) -> Iterator[Lines]:
    """Lines for PostgreSQL, with no Python object for a row."""
    table = table.combine_chunks()
    numbers = pa.array(positions).cast(pa.string())
    draws = pa.array(rows.draws(rows.pairs(table, "mark"))).cast(pa.string())
    end = f"{at.isoformat()}\n"
    columns = (
        *(_text(table, "key"), _digests(table), _text(table, "group"), _text(table, "metadata")),
        *(str(ItemState.OPEN), "0", "0", draws, end),
    )
    joined = _joined(str(project_id), numbers, *columns)
    yield Lines(table=Item, columns=_ITEM.split(), data=joined)
    if table.column("text").null_count < len(table):
        texts = pc.binary_join_element_wise(_text(table, "text"), "\n", "")
        joined = _joined(str(project_id), numbers, texts)
        yield Lines(table=Payload, columns=_PAYLOAD.split(), data=joined)


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


def _text(table: Any, column: str) -> Any:
    strings = table.column(column)
    for plain, escaped in _ESCAPES:
        if pc.any(pc.match_substring(strings, plain)).as_py():
            strings = pc.replace_substring(strings, plain, escaped)
    return pc.fill_null(strings, _NULL) if strings.null_count else strings


def _digests(table: Any) -> Any:
    """Digests as PostgreSQL reads bytes: hexadecimal, behind an escaped backslash and an x."""
    data = rows.pairs(table, "digest").tobytes().hex().encode()
    width = 2 * rows.PAIR.itemsize
    offsets = np.arange(0, len(data) + 1, width, dtype=np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    hexadecimal = pa.StringArray.from_buffers(len(table), *buffers[1:])
    return pc.binary_join_element_wise("\\\\x", hexadecimal, "")


def _joined(*columns: Any) -> memoryview:
    """Columns put behind each other with tabs, row by row: the bytes of all rows."""
    lines = pc.binary_join_element_wise(*columns, "\t")
    if isinstance(lines, pa.ChunkedArray):
        lines = lines.combine_chunks()
    offsets = np.frombuffer(lines.buffers()[1], np.int32)[lines.offset :]
    return memoryview(lines.buffers()[2])[int(offsets[0]) : int(offsets[len(lines)])]
