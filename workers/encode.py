"""Raw items into feature shards; the last shard is open and rewritten until it is full."""

from collections.abc import Sequence
from typing import Any

import structlog

from service.domain.runs import RunKind, RunState, Stage
from service.runtime import Runtime
from service.store import cycles, items, projects, runs, shards, training, upload_parts
from service.store.tables.learning import Run
from service.store.tables.pool import Project
from service.store.tables.uploads import Part
from workers import stages
from workers.encoders import inputs
from workers.learning.arrays import Matrix
from workers.pool import shards as shard_files
from workers.pool.growth import LEAST_SHARD, Growth
from workers.stages import Message, Superseded

log = structlog.get_logger(__name__)

_AT_ONCE = 8_192
_SLOW_AT_ONCE = 4_096
"""Items of one run where each takes its time; another run goes on with the rest."""


def run(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Encode what is not in shards yet; then the pool is ranked anew."""
    # One moment: a part that is done between two looks would be left empty.
    with runtime.snapshots() as session:
        project = projects.find_live(session, run.project_id)
        last = shards.find_last(session, run.project_id)
        if project is None:
            raise Superseded
        reserved = [part for part, _ in upload_parts.reserved_from(session, project)]
        end = upload_parts.ready_until(session, project)
    if inputs.is_slow(project):
        end = min(end, _reach(project, reserved))
    growth = Growth(runtime.blobs, project, last, full=runtime.settings.shard_rows)
    at = project.encoded
    for part in reserved:
        first = part.first_position or 0
        if first >= end:
            break
        _append(runtime, project, growth, at, first)
        _take(runtime, growth, part)
        at = first + part.fresh
    _append(runtime, project, growth, at, end)
    return _save(runtime, run, project, growth.close(), end)


def _reach(project: Project, reserved: Sequence[Part]) -> int:
    """How far the pool can be encoded in one run; what uploads have encoded costs nothing."""
    at, left = project.encoded, _SLOW_AT_ONCE
    for part in reserved:
        first = part.first_position or 0
        if first - at >= left:
            break
        left -= first - at
        at = first + part.fresh
    return at + left


def _append(runtime: Runtime, project: Project, growth: Growth, first: int, end: int) -> None:
    """Encode items that came one request at a time."""
    while first < end:
        count = min(end - first, growth.room)
        growth.append(_encoded(runtime, project, first, count))
        first += count


def _take(runtime: Runtime, growth: Growth, part: Part) -> None:
    """Take what an upload has encoded: as a shard of its own, or small parts together."""
    if not part.is_done or part.features is None or part.moments is None:
        growth.leave_empty(part.fresh)  # its upload broke off
    elif part.fresh >= LEAST_SHARD * runtime.settings.shard_rows or part.fresh > growth.waiting:
        growth.adopt(part.fresh, features=part.features, moments=part.moments)
    else:
        matrix = shard_files.open_shard(runtime.blobs.path(part.features))
        first = 0
        while first < part.fresh:
            rows = matrix[first : first + growth.room]
            growth.append(rows)
            first += rows.shape[0]


def _encoded(runtime: Runtime, project: Project, first: int, count: int) -> Matrix:
    """Features of a stretch of positions."""
    matrix: Matrix | None = None
    for at in range(first, first + count, _AT_ONCE):
        with runtime.readers() as session:
            rows = items.payloads(
                session, project.id, first=at, rows=min(_AT_ONCE, first + count - at)
            )
        matrix = shard_files.extend(matrix, inputs.encode(runtime.settings, project, rows))
    if matrix is None:
        raise ValueError("there is nothing to encode")
    return matrix


def _save(
    runtime: Runtime, run: Run, before: Project, rows: Sequence[dict[str, Any]], end: int
) -> Sequence[Message]:
    now = runtime.now()
    follow_up = rerank = more = None
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        runs.move(session, held, now=now, state=RunState.DONE, reason=None)
        shards.put(session, rows)
        project.encoded = end
        if training.are_any_between(session, project.id, first=before.encoded, end=end):
            project.retrain_asked = True  # they came before their features did
        if end > before.encoded:
            follow_up = cycles.queue_if_due(session, project, at=now)
            rerank = cycles.queue_rerank(session, project, at=now)
        if upload_parts.ready_until(session, project) > end:
            more = runs.queue_up(session, project.id, RunKind.ENCODE, Stage.ENCODE, at=now)
    log.info("encoded", run=str(run.id), items=end - before.encoded, shards=len(rows))
    return stages.messages(follow_up, rerank, more)
