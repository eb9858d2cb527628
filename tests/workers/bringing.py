"""Bringing the probabilities of a model of one's own, in tests."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pyarrow as pa

from tests.workers.conftest import Pool

NDJSON, ARROW = "application/x-ndjson", "application/vnd.apache.arrow.stream"


def make(pool: Pool, count: int, **more: Any) -> Pool:
    """A pool of items without vectors, ranked before anything was brought."""
    pool.make(input={"type": "scores"}, **more)
    items = [{"key": f"k{n}"} for n in range(count)]
    pool.api.post(f"{pool.path}/items", {"items": items}, 201)
    pool.work()
    return pool


def ndjson(rows: Mapping[str, float | None]) -> bytes:
    """The probability of `fine` by key."""
    lines = [
        {"key": key, "probabilities": {"fine": fine, "defect": None if fine is None else 1 - fine}}
        for key, fine in rows.items()
    ]
    return b"\n".join(orjson.dumps(line) for line in lines)


def arrow(**columns: Sequence[Any] | pa.Array) -> bytes:
    """An Arrow stream."""
    table = pa.table(columns)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def put(pool: Pool, body: bytes, media_type: str = NDJSON) -> Any:
    """Bring probabilities; the run once the workers have worked."""
    path = f"{pool.path}/predictions"
    answer = pool.api.call("PUT", path, data=body, headers={"Content-Type": media_type})
    assert answer.status_code == 202, answer.json
    assert answer.headers["Location"].endswith(f"/runs/{answer.json['id']}")
    pool.work()
    return pool.api.get(answer.headers["Location"])


def shown(pool: Pool) -> dict[str, float]:
    """The probability of `fine` in use, by key."""
    rows = pool.api.get(f"{pool.path}/predictions")["data"]
    return {row["key"]: row["probabilities"]["fine"] for row in rows}
