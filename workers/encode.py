"""Raw items into feature shards; the last shard is open and rewritten until it is full."""

from collections.abc import Iterator, Sequence
from typing import Any

import structlog

from service.domain.catalogue import InputType
from service.domain.runs import RunKind, RunState, Stage
from service.runtime import Runtime
from service.store import cycles, items, labels, projects, runs, shards
from service.store.tables.learning import Run
from service.store.tables.pool import Payload, Project, Shard
from workers import stages
from workers.encoders import text, vector
from workers.learning.arrays import Matrix
from workers.pool import measured, moments
from workers.pool import shards as shard_files
from workers.stages import Message, Superseded

log = structlog.get_logger(__name__)

_AT_ONCE = 8_192


def run(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Encode what is not in shards yet; then the pool is ranked anew."""
    with runtime.readers() as session:
        project = projects.find_live(session, run.project_id)
        last = shards.find_last(session, run.project_id)
    if project is None:
        raise Superseded
    rows = list(_written(runtime, project, last))
    return _save(runtime, run, project, rows)


def _written(runtime: Runtime, project: Project, last: Shard | None) -> Iterator[dict[str, Any]]:
    """Fill the open shard and new ones with the items that wait."""
    first, end = project.encoded, project.next_position
    full = runtime.settings.shard_rows
    is_open = last is not None and last.rows < full
    number = 0 if last is None else last.number + (not is_open)
    matrix: Matrix | None = None
    start = first
    if last is not None and is_open:
        matrix = shard_files.open_shard(runtime.blobs.path(last.features))
        start = last.first_position
    while first < end:
        held = 0 if matrix is None else matrix.shape[0]
        count = min(end - first, full - held)
        matrix = shard_files.extend(matrix, _encoded(runtime, project, first, count))
        yield {
            "project_id": project.id,
            "number": number,
            "first_position": start,
            "rows": held + count,
            "features": runtime.blobs.put(shard_files.encode(matrix)),
            "moments": runtime.blobs.put(measured.pack(moments.of(matrix))),
        }
        first += count
        number, matrix, start = number + 1, None, first


def _encoded(runtime: Runtime, project: Project, first: int, count: int) -> Matrix:
    """Features of a stretch of positions."""
    matrix: Matrix | None = None
    for at in range(first, first + count, _AT_ONCE):
        with runtime.readers() as session:
            rows = items.payloads(
                session, project.id, first=at, rows=min(_AT_ONCE, first + count - at)
            )
        matrix = shard_files.extend(matrix, _features(project, rows))
    if matrix is None:
        raise ValueError("there is nothing to encode")
    return matrix


def _features(project: Project, rows: Sequence[Payload]) -> Matrix:
    if project.input_type == InputType.TEXT:
        return text.encode([row.text or "" for row in rows])
    return vector.decode([row.vector or b"" for row in rows], project.dimensions or 0)


def _save(
    runtime: Runtime, run: Run, before: Project, rows: Sequence[dict[str, Any]]
) -> Sequence[Message]:
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        runs.move(session, held, now=now, state=RunState.DONE, reason=None)
        end = before.next_position
        shards.put(session, rows)
        project.encoded = end
        if labels.are_any_between(session, project.id, first=before.encoded, end=end):
            project.retrain_asked = True  # they came before their features did
        follow_up = cycles.queue_if_due(session, project, at=now)
        rerank = cycles.queue_rerank(session, project, at=now)
        more = None
        if project.next_position > end:
            more = runs.queue_up(session, project.id, RunKind.ENCODE, Stage.ENCODE, at=now)
    log.info("encoded", run=str(run.id), items=end - before.encoded, shards=len(rows))
    return [(each.stage, (each.id,)) for each in (follow_up, rerank, more) if each is not None]
