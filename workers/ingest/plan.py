"""An upload cut into parts, which are decoded at once on all workers."""

from collections.abc import Sequence
from dataclasses import asdict
from math import ceil

import structlog

from service.domain.runs import Stage
from service.runtime import Runtime
from service.store import runs, upload_parts, uploads, watches
from service.store.tables.learning import Run
from workers import stages
from workers.encoders import inputs
from workers.ingest import endings, task
from workers.ingest.task import Task
from workers.pool.growth import LEAST_SHARD
from workers.stages import Message
from workers.uploads.rows import Malformed

log = structlog.get_logger(__name__)

PART_BYTES = 64 * 2**20
"""About so much text is in one part: its features are several times as large."""

SLOW_PART_BYTES = 8 * 2**20
"""The same where a text takes its time: a part is to be encoded in minutes."""


def run(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Cut the upload between rows; nothing is decoded yet."""
    found = task.load(runtime, run.id)
    path = runtime.blobs.path(found.upload.blob)
    file = task.FORMATS[found.upload.media_type]
    rows, size = _most(runtime, found)
    try:
        cuts = file.cut(path, found.wanted, rows=rows, size=size)
    except Malformed as error:
        endings.fail(runtime, run, str(error))
        return []
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        parts = [{"number": number, **asdict(cut)} for number, cut in enumerate(cuts)]
        upload_parts.add_many(session, run.id, parts, now)
        reserved = uploads.first_reserved(session, project.id)
        seen = project.next_position if reserved is None else reserved
        uploads.find_many(session, [run.id])[run.id].seen = seen
        runs.move(
            session, held, now=now, stage=Stage.DECODE, shards=len(cuts), shards_left=len(cuts)
        )
        watches.leave_to_pieces(session, run.id)
    log.info("planned", run=str(run.id), parts=len(cuts))
    return [(Stage.DECODE, (run.id, number)) for number in range(len(cuts))]


def _most(runtime: Runtime, found: Task) -> tuple[int, int]:
    """Rows and bytes that a part may have."""
    if inputs.is_slow(found.project):
        return ceil(LEAST_SHARD * runtime.settings.shard_rows), SLOW_PART_BYTES
    return runtime.settings.shard_rows, PART_BYTES
