"""Rows as a file: streamed NDJSON and CSV, or Parquet."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any, Generic, TypeVar

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from flask import Response, request, stream_with_context

B = TypeVar("B")

_CHUNK = 2**16
_ROWS_IN_GROUP = 2**16


@dataclass(frozen=True, kw_only=True)
class Sheet(Generic[B]):
    """How blocks of one kind are written."""

    schema: pa.Schema
    """Columns of CSV and Parquet."""
    columns: Callable[[B], Sequence[Sequence[Any]]]
    """The values of a block in these columns."""
    objects: Callable[[B], Iterable[Mapping[str, Any]]]
    """The lines of a block in NDJSON."""


def wanted() -> str | None:
    """The media type of an export, if the request asks for one rather than for a page."""
    best = request.accept_mimetypes.best_match(["application/json", *_WRITERS])
    return None if best in (None, "application/json") else best


def answer(sheet: Sheet[B], blocks: Iterable[B], media_type: str) -> Response:
    """Stream blocks in a media type that `wanted` gave.

    What fails before the first bytes is still answered as a problem. What fails later breaks the
    stream off, so that the client sees that it is not whole.
    """
    body = _WRITERS[media_type](sheet, blocks)
    begun = _go_on(next(body, b""), body)
    return Response(stream_with_context(begun), mimetype=media_type)


def _go_on(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _ndjson(sheet: Sheet[B], blocks: Iterable[B]) -> Iterator[bytes]:
    for block in blocks:
        yield b"".join([orjson.dumps(row, option=_LINE) for row in sheet.objects(block)])


def _csv(sheet: Sheet[B], blocks: Iterable[B]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(sheet.schema.names)
    yield text.getvalue().encode()
    for block in blocks:
        text.seek(0)
        text.truncate()
        writer.writerows(zip(*sheet.columns(block), strict=True))
        yield text.getvalue().encode()


def _parquet(sheet: Sheet[B], blocks: Iterable[B]) -> Iterator[bytes]:
    # The index of a Parquet file is at its end: it is spooled to disk, then sent.
    with TemporaryFile() as file:
        with pq.ParquetWriter(file, sheet.schema) as writer:
            for table in _groups(sheet, blocks):
                writer.write_table(table)
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk


def _groups(sheet: Sheet[B], blocks: Iterable[B]) -> Iterator[pa.Table]:
    """Blocks as tables that are large enough to be read fast."""
    waiting: list[pa.Table] = []
    for block in blocks:
        waiting.append(_table(sheet, block))
        if sum(len(table) for table in waiting) >= _ROWS_IN_GROUP:
            yield pa.concat_tables(waiting)
            waiting = []
    if waiting:
        yield pa.concat_tables(waiting)


def _table(sheet: Sheet[B], block: B) -> pa.Table:
    pairs = zip(sheet.columns(block), sheet.schema.types, strict=True)
    arrays = [pa.array(column, kind) for column, kind in pairs]
    return pa.Table.from_arrays(arrays, schema=sheet.schema)


_LINE = orjson.OPT_APPEND_NEWLINE
_WRITERS: dict[str, Callable[[Sheet[Any], Iterable[Any]], Iterator[bytes]]] = {
    "application/x-ndjson": _ndjson,
    "text/csv": _csv,
    "application/vnd.apache.parquet": _parquet,
}

DESCRIBED = {media_type: {"schema": {"type": "string"}} for media_type in _WRITERS}
