"""Rows of an upload as columns, and what is kept of them beside their features."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from service.domain import audit
from service.domain.catalogue import InputType
from service.domain.contents import DIGEST_BYTES, digest_of

MOST_REFUSED = 100
_SHOWN = 200
_MARK = pa.binary(DIGEST_BYTES)
SCHEMA = pa.schema(
    [
        ("key", pa.string()),
        ("mark", _MARK),
        ("digest", _MARK),
        ("metadata", pa.string()),
        ("group", pa.string()),
        ("text", pa.string()),
    ]
)
PAIR = np.dtype([("high", "=u8"), ("low", "=u8")])
"""The bytes of a mark or a digest as two numbers."""

Pairs = npt.NDArray[np.void]


class Malformed(ValueError):
    """The upload is not what its media type says; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a project takes."""

    input_type: InputType
    dimensions: int
    longest_text: int


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A stretch of rows, and where in the file it is."""

    first_row: int
    rows: int
    begins: int
    ends: int
    skip: int = 0
    """Rows behind `begins` that come before it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """Some rows that are acceptable."""

    keys: Any
    """Arrow strings, as are `metadata` (JSON), `groups` and `texts`."""
    metadata: Any
    groups: Any
    vectors: npt.NDArray[np.float32] | None = None
    texts: Any = None


@dataclass
class Refusals:
    """Rows that are not acceptable: the first ones, and how many."""

    first: list[dict[str, Any]] = field(default_factory=list)
    count: int = 0

    def add(self, row: int, key: object, detail: str) -> None:
        """Refuse a row."""
        self.count += 1
        if len(self.first) < MOST_REFUSED:
            shown = _printable(key) if isinstance(key, str) else None
            self.first.append({"row": row, "key": shown, "detail": _printable(detail)})


def content(rows: Rows, secret: bytes) -> Any:
    """What is kept of rows, as a record batch of `SCHEMA`."""
    count = len(rows.keys)
    mark = audit.marker(secret)
    marks = [mark(key)[:DIGEST_BYTES] for key in _binary(rows.keys)]
    if rows.vectors is not None:
        width = rows.vectors.shape[1] * rows.vectors.itemsize
        data = rows.vectors.reshape(-1).data.cast("B")
        digests = [digest_of(data[at : at + width]) for at in range(0, count * width, width)]
        texts = pa.nulls(count, pa.string())
    else:
        digests = [digest_of(text) for text in _binary(rows.texts)]
        texts = rows.texts
    columns = [rows.keys, _fixed(marks), _fixed(digests), rows.metadata, rows.groups, texts]
    return pa.record_batch(columns, schema=SCHEMA)


def pack(batches: list[Any]) -> memoryview:
    """Batches of `SCHEMA` as a file."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, SCHEMA) as writer:
        for batch in batches:
            writer.write_batch(batch)
    return memoryview(sink.getvalue())


def unpack(path: Path) -> Any:
    """Map the table in a file that `pack` made."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def pairs(table: Any, column: str) -> Pairs:
    """Marks or digests of a table as numbers."""
    chunks = [_pairs(chunk) for chunk in table.column(column).chunks]
    return np.concatenate([np.zeros(0, PAIR), *chunks])


def draws(marks: Pairs) -> npt.NDArray[np.float64]:
    """Places in the audit order, as `service.domain.audit.draw` gives them."""
    begins = np.ascontiguousarray(marks["high"]).view(">u8").astype(np.uint64)
    return (begins >> np.uint64(11)).astype(np.float64) / 2**53


def _pairs(chunk: Any) -> Pairs:
    _, data = chunk.buffers()
    return np.frombuffer(data, PAIR, count=len(chunk), offset=chunk.offset * PAIR.itemsize)


def _binary(strings: Any) -> Iterator[bytes]:
    yield from strings.cast(pa.binary()).to_pylist()


def _fixed(values: list[bytes]) -> Any:
    buffers = [None, pa.py_buffer(b"".join(values))]
    return pa.FixedSizeBinaryArray.from_buffers(_MARK, len(values), buffers)


def _printable(text: str) -> str:
    """What every database can store, and a person can read."""
    plain = text.encode(errors="backslashreplace").decode().replace("\x00", "\\u0000")
    return plain if len(plain) <= _SHOWN else plain[:_SHOWN] + "…"
