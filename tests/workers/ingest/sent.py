"""Uploads as clients send them: Arrow streams, and an item a line."""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from werkzeug.test import TestResponse

from service.domain.runs import Stage
from service.store.tables.pool import Item
from tests.workers.conftest import Pool

ARROW = "application/vnd.apache.arrow.stream"
NDJSON = "application/x-ndjson"


def arrow(columns: Mapping[str, Any], *, rows_per_batch: int = 1000, **options: Any) -> bytes:
    """Columns as an Arrow stream; rows of numbers become lists of a fixed size."""
    table = pa.table({name: _column(values) for name, values in columns.items()})
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as out:
        out.write_table(table, max_chunksize=rows_per_batch)
    return sink.getvalue()


def points(count: int, *, seed: int = 0, prefix: str = "") -> dict[str, Any]:
    """Keys and points in the plane, as `Pool.add` makes them."""
    matrix = np.random.default_rng(seed).normal(size=(count, 2)).astype(np.float32)
    return {"key": [f"{prefix}{seed}-{n}" for n in range(count)], "vector": matrix}


def ndjson(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """An item a line."""
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def send(pool: Pool, body: bytes, media_type: str = ARROW, **headers: str) -> TestResponse:
    """Post an upload."""
    return pool.api.call(
        "POST", f"{pool.path}/items", data=body, headers={"Content-Type": media_type} | headers
    )


def take_in(pool: Pool, body: bytes, media_type: str = ARROW) -> Any:
    """Post an upload and let the workers work; answer its run."""
    response = send(pool, body, media_type)
    assert response.status_code == 202, response.get_data(as_text=True)
    pool.work()
    return pool.api.get(response.headers["Location"])


def small_parts(pool: Pool, rows: int = 16) -> Pool:
    """The same pool, whose uploads are cut into parts of so many rows."""
    pool.configure(shard_rows=rows)
    return pool


def sent(pool: Pool, body: bytes, media_type: str = "") -> str:
    """Post an upload; answer where its run is."""
    response = send(pool, body, media_type) if media_type else send(pool, body)
    assert response.status_code == 202
    return str(response.headers["Location"])


def up_to(pool: Pool, stage: Stage) -> list[tuple[Stage, tuple[Any, ...]]]:
    """Let the workers work until a stage is next, and take its messages."""
    pool.work(until=stage)
    taken = pool.queue.take()
    assert {each for each, _ in taken} == {stage}
    return taken


def present(pool: Pool) -> list[Item]:
    return [item for item in pool.rows(Item) if item.state != "deleted"]


def assert_counts_are_right(pool: Pool) -> None:
    row, items = pool.row(), present(pool)
    assert row.item_count == len(items)
    reserved = [item for item in items if item.audit_draw < row.audit_threshold]
    assert row.open_count == sum(item.state == "open" for item in items) - sum(
        item.state == "open" for item in reserved
    )


def _column(values: Any) -> Any:
    if not isinstance(values, np.ndarray):
        return values if isinstance(values, pa.Array | pa.ChunkedArray) else pa.array(values)
    return pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), values.shape[1])
