"""One part of an upload into the database, at the positions that are kept for it."""

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import structlog

from service.domain.runs import RunKind, RunState, Stage
from service.runtime import Runtime
from service.store import arrivals, copying, lookups, projects, runs, upload_parts, uploads
from service.store.copying import Taken
from service.store.pieces import WRITTEN
from service.store.tables.pool import Project
from service.store.tables.uploads import Part
from workers import stages
from workers.ingest import task
from workers.ingest.check import known_rows
from workers.ingest.decode import KEYS_AT_ONCE, taken
from workers.ingest.task import Task
from workers.pool import measured, moments, shards
from workers.stages import Hopeless, Message, Superseded
from workers.uploads import rows, tuples

log = structlog.get_logger(__name__)

ROWS_AT_ONCE = 4096
"""SQLite has one writer: hand-outs must not wait longer than so many rows take."""
_TRIES, _PATIENCE, _PAUSE = 20, 50, 0.02

Numbers = npt.NDArray[np.int64]


class _Busy(Exception):
    """The project's row is somebody else's, who may wait for what this transaction holds."""


def run_part(runtime: Runtime, part: Part) -> Sequence[Message]:
    """Write one part; who writes the last one ends the run and has it encoded."""
    found = task.load(runtime, part.run_id)
    table = rows.unpack(runtime.blobs.path(part.content or ""))
    fresh: Numbers = np.delete(np.arange(part.rows), known_rows(runtime, part))
    at_once = ROWS_AT_ONCE if runtime.has_one_writer else part.rows
    for at in range(0, len(fresh), at_once):
        _stretch(runtime, found, part, table, fresh, slice(at, min(at + at_once, len(fresh))))
    values = {} if len(fresh) == part.rows else _rewritten(runtime, part, fresh)
    return _save(runtime, part, values)


def _stretch(
    runtime: Runtime, found: Task, part: Part, table: Any, fresh: Numbers, where: slice
) -> None:
    """Write a stretch of the fresh rows, all in one transaction; if it is there, it is done."""
    positions = (part.first_position or 0) + np.arange(where.start, where.stop)
    picked = table.slice(
        int(fresh[where.start]), int(fresh[where.stop - 1] - fresh[where.start]) + 1
    )
    if len(picked) != len(positions):
        picked = picked.take(fresh[where] - fresh[where.start])
    for _ in range(_TRIES):
        try:
            _put(runtime, found, part, positions, picked, where)
        except Taken:
            keep = _still_fresh(runtime, found, part, picked)
            positions, picked = positions[keep], picked.take(keep)
        except _Busy:
            time.sleep(_PAUSE)
        else:
            return
    raise RuntimeError(f"part {part.number} found no moment to be written")


def _put(
    runtime: Runtime,
    found: Task,
    part: Part,
    positions: Numbers,
    picked: Any,
    where: slice,
) -> None:
    first = part.first_position or 0
    stretch = {"first": first + where.start, "end": first + where.stop}
    project_id, now = found.project.id, runtime.now()
    with runtime.sessions.begin() as session:
        if lookups.is_any_between(session, project_id, **stretch) or not len(picked):
            return
        if runtime.has_one_writer:
            copying.add(session, *tuples.for_insert(project_id, positions, picked, at=now))
        else:
            copying.copy(session, list(tuples.for_copy(project_id, positions, picked, at=now)))
        project = _locked(session, project_id)
        if not upload_parts.is_held(session, part):
            raise Superseded
        draws = rows.draws(rows.pairs(picked, "mark")).tolist()
        arrivals.count_in(session, project, draws, at=now)


def _locked(session: Any, project_id: int) -> Project:
    """Lock the project without waiting in the database.

    Who holds it may wait for a key that this transaction has written: neither would go on.
    """
    for _ in range(_PATIENCE):
        project = projects.find_free(session, project_id)
        if project is not None:
            return project
        time.sleep(_PAUSE)
    raise _Busy


def _still_fresh(runtime: Runtime, found: Task, part: Part, picked: Any) -> Numbers:
    """Rows whose keys are not registered: others came between looking and writing.

    Raises:
        Hopeless: a key stands for other content by now.
    """
    keys, digests = picked.column("key").to_pylist(), picked.column("digest").to_pylist()
    keep = []
    for at in range(0, len(keys), KEYS_AT_ONCE):
        with runtime.readers() as session:
            there = lookups.digests(session, found.project.id, keys[at : at + KEYS_AT_ONCE])
        for row in range(at, min(at + KEYS_AT_ONCE, len(keys))):
            digest = there.get(keys[row])
            if digest is None:
                keep.append(row)
            elif digest != digests[row]:
                raise Hopeless(f"{taken(keys[row])}, which came meanwhile")
    return np.array(keep, np.int64)


def _rewritten(runtime: Runtime, part: Part, fresh: Numbers) -> dict[str, Any]:
    """Features and moments of the fresh rows alone."""
    matrix = shards.open_shard(runtime.blobs.path(part.features or ""))
    kept = shards.take(matrix, fresh)
    return {
        "features": runtime.blobs.put(shards.encode(kept)),
        "moments": runtime.blobs.put(measured.pack(moments.of(kept))),
    }


def _save(runtime: Runtime, part: Part, values: dict[str, Any]) -> Sequence[Message]:
    now = runtime.now()
    first = part.first_position or 0
    with runtime.sessions.begin() as session:
        project = projects.find_live(session, task.load(runtime, part.run_id).project.id, lock=True)
        if project is None:
            raise Superseded
        there = lookups.count_between(session, project.id, first=first, end=first + part.fresh)
        left = WRITTEN.finish(
            session,
            part.run_id,
            part.number,
            attempt=part.attempts,
            registered=there,
            **values,
        )
        if left != 0:
            return []
        upload = uploads.find_many(session, [part.run_id])[part.run_id]
        all_parts = upload_parts.list_for(session, part.run_id)
        upload.registered = sum(each.registered for each in all_parts)
        upload.unchanged = sum(each.rows for each in all_parts) - upload.registered
        upload.is_reserving = False
        run = runs.get(session, project.id, part.run_id)
        session.refresh(run)
        runs.move(session, run, now=now, state=RunState.DONE, reason=None)
        follow_up = runs.queue_up(session, project.id, RunKind.ENCODE, Stage.ENCODE, at=now)
    log.info("written", run=str(part.run_id), registered=upload.registered)
    return stages.messages(follow_up)
