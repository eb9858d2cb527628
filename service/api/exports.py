"""Labels as a file: streamed NDJSON and CSV, or Parquet."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from tempfile import TemporaryFile
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from flask import Response, request, stream_with_context

from service.actions.labels import LabelView
from service.schemas.labels import LabelOut

Rows = list[dict[str, Any]]

_COLUMNS = ("id", "key", "value", "skip", "annotator", "at", "batch", "reason")
_ARROW = pa.schema([(name, pa.bool_() if name == "skip" else pa.string()) for name in _COLUMNS])
_CHUNK = 2**16


def wanted() -> str | None:
    """The media type of an export, if the request asks for one rather than for a page."""
    best = request.accept_mimetypes.best_match(["application/json", *_WRITERS])
    return None if best in (None, "application/json") else best


def answer(stretches: Iterable[list[LabelView]], media_type: str) -> Response:
    """Stream labels in a media type that `wanted` gave."""
    dumper = LabelOut(many=True)
    rows = (dumper.dump(stretch) for stretch in stretches)
    body = stream_with_context(_WRITERS[media_type](rows))
    return Response(body, mimetype=media_type)


def _ndjson(stretches: Iterator[Rows]) -> Iterator[bytes]:
    for rows in stretches:
        yield b"".join(orjson.dumps(row) + b"\n" for row in rows)


def _csv(stretches: Iterator[Rows]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS)
    writer.writeheader()
    yield text.getvalue().encode()
    for rows in stretches:
        text.seek(0)
        text.truncate()
        writer.writerows(rows)
        yield text.getvalue().encode()


def _parquet(stretches: Iterator[Rows]) -> Iterator[bytes]:
    # The index of a Parquet file is at its end: it is spooled to disk, then sent.
    with TemporaryFile() as file:
        with pq.ParquetWriter(file, _ARROW) as writer:
            for rows in stretches:
                writer.write_table(pa.Table.from_pylist(rows, schema=_ARROW))
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk


_WRITERS: dict[str, Callable[[Iterator[Rows]], Iterator[bytes]]] = {
    "application/x-ndjson": _ndjson,
    "text/csv": _csv,
    "application/vnd.apache.parquet": _parquet,
}

DESCRIBED = {media_type: {"schema": {"type": "string"}} for media_type in _WRITERS}
