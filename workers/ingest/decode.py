"""One part of an upload into features, and into rows for the database; or refused."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import structlog
from scipy import sparse

from service.domain.runs import Stage
from service.runtime import Runtime
from service.store import lookups, pagecache, runs
from service.store.pieces import DECODED
from service.store.tables.learning import Run
from service.store.tables.uploads import Part
from workers.encoders import inputs
from workers.ingest import task
from workers.ingest.task import Task
from workers.learning.arrays import Matrix
from workers.learning.scaling import Moments
from workers.pool import measured, moments, shards
from workers.stages import Message
from workers.uploads import rows
from workers.uploads.rows import Cut, Malformed, Refusals, Rows

log = structlog.get_logger(__name__)

ROWS_AT_ONCE = 4096
KEYS_AT_ONCE = 2000


class _Refused(Exception):
    """A row is not acceptable, so nothing of the part is kept."""


def run_part(runtime: Runtime, part: Part) -> Sequence[Message]:
    """Decode one part; who decodes the last one sends the run on to `check`."""
    found = task.load(runtime, part.run_id)
    refusals = Refusals()
    try:
        values = _decoded(runtime, part, found, refusals)
    except _Refused:
        values = {}
    except Malformed as error:
        refusals.add(part.first_row, None, str(error))
        values = {}
    # Here nothing of it is mapped any more. Who has to read it again finds it on the disk.
    with runtime.blobs.open(found.upload.blob) as upload:
        pagecache.let_go(upload, begins=part.begins, ends=part.ends)
    return _save(runtime, part, refusals, values)


def _decoded(runtime: Runtime, part: Part, found: Task, refusals: Refusals) -> dict[str, Any]:
    path = runtime.blobs.path(found.upload.blob)
    file = task.FORMATS[found.upload.media_type]
    cut = Cut(
        first_row=part.first_row, rows=part.rows, begins=part.begins, ends=part.ends, skip=part.skip
    )
    blocks = file.read(path, cut, found.wanted, refusals, rows=ROWS_AT_ONCE)
    kept: list[Any] = []
    accepted = _accepted(blocks, found, refusals, kept)
    matrices = (_features(runtime, found, block) for block in accepted)
    columns = inputs.columns(found.project)
    if columns is None:
        matrix = sparse.vstack(list(matrices), format="csr", dtype=np.float32)
        features = runtime.blobs.put(shards.encode(matrix))
        measure = moments.of(matrix)
    else:
        features, measure = _dense(runtime, part.rows, columns, matrices)
    known = _known(runtime, found, part, kept, refusals)
    if refusals.count:
        raise _Refused
    return {
        "content": runtime.blobs.receive([rows.pack(kept)]),
        "features": features,
        "moments": runtime.blobs.put(measured.pack(measure)),
        "known": runtime.blobs.put(known.astype("<u4").tobytes()) if len(known) else None,
        "fresh": part.rows - len(known),
    }


def _accepted(
    blocks: Iterator[Rows | None], found: Task, refusals: Refusals, kept: list[Any]
) -> Iterator[Rows]:
    """Blocks of acceptable rows, their keys and digests kept, until a row is refused.

    Raises:
        _Refused: at the end, after all refused rows of the part are known.
    """
    for block in blocks:
        if block is not None and not refusals.count:
            kept.append(rows.content(block, found.project.audit_secret))
            yield block
    if refusals.count:
        raise _Refused


def _features(runtime: Runtime, found: Task, block: Rows) -> Matrix:
    if block.vectors is not None:
        return block.vectors
    return inputs.encode_texts(runtime.settings, found.project, block.texts.to_pylist())


def _dense(
    runtime: Runtime, count: int, columns: int, blocks: Iterator[Matrix]
) -> tuple[str, Moments]:
    """Write vectors as a shard, a block at a time, and measure them on the way."""
    parts: list[Moments] = []

    def passing() -> Iterator[memoryview]:
        yield memoryview(shards.dense_header(count, columns))
        for block in blocks:
            parts.append(moments.of(block))
            yield np.ascontiguousarray(block).reshape(-1).data.cast("B")

    return runtime.blobs.receive(passing()), moments.merge(parts)


def _known(
    runtime: Runtime, found: Task, part: Part, kept: list[Any], refusals: Refusals
) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Numbers of rows in the part that the pool holds already, with the same content."""
    if not found.upload.seen:
        return np.zeros(0, np.int64)
    known, first = [], 0
    for batch in kept:
        keys, digests = batch.column("key").to_pylist(), batch.column("digest").to_pylist()
        for at in range(0, len(keys), KEYS_AT_ONCE):
            with runtime.readers() as session:
                some = keys[at : at + KEYS_AT_ONCE]
                there = lookups.digests(session, found.project.id, some, before=found.upload.seen)
            for row in range(at, min(at + KEYS_AT_ONCE, len(keys))) if there else ():
                digest = there.get(keys[row])
                if digest == digests[row]:
                    known.append(first + row)
                elif digest is not None:
                    refusals.add(part.first_row + first + row, keys[row], taken(keys[row]))
        first += len(keys)
    return np.array(known, np.int64)


def taken(key: str) -> str:
    """What is said of a key that stands for something else."""
    return f"{key!r} is registered with other content"


def _save(
    runtime: Runtime, part: Part, refusals: Refusals, values: dict[str, Any]
) -> Sequence[Message]:
    with runtime.sessions.begin() as session:
        left = DECODED.finish(
            session,
            part.run_id,
            part.number,
            attempt=part.attempts,
            refused=refusals.first,
            refused_count=refusals.count,
            **values,
        )
        if left != 0:
            return []
        run = session.get_one(Run, part.run_id, populate_existing=True)
        runs.move(session, run, now=runtime.now(), stage=Stage.CHECK)
    log.info("decoded", run=str(part.run_id), parts=run.shards)
    return [(Stage.CHECK, (part.run_id,))]
