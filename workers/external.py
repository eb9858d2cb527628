"""Probabilities of the client's own model into a version, by which the pool is then ranked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import orjson
import structlog

from service.domain.catalogue import Estimator
from service.domain.runs import RunState
from service.runtime import Runtime
from service.store import brought, cycles, lookups, projects, runs, uploads, versions
from service.store.tables.learning import Run, Version
from service.store.tables.pool import Project
from service.store.tables.uploads import Upload
from workers import stages
from workers.brought import Rows, merged
from workers.learning.arrays import Ints
from workers.stages import Message, Superseded
from workers.uploads import probabilities
from workers.uploads.probabilities import Brought
from workers.uploads.rows import Malformed, Refusals

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Task:
    project: Project
    upload: Upload
    last: Version | None
    """What was brought before."""
    digests: dict[int, str]


def run(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Read, check and merge an upload; one row that is not acceptable refuses it."""
    task = _load(runtime, run)
    refusals = Refusals()
    try:
        positions, proba = _read(runtime, task, refusals)
    except Malformed as error:
        return _refuse(runtime, run, str(error), refusals)
    if refusals.count:
        first = refusals.first[0]
        told = f"row {first['row']}: {first['detail']}"
        return _refuse(runtime, run, f"nothing was taken in; the first refused is {told}", refusals)
    if len(positions) == 0:
        return _refuse(runtime, run, "the upload holds no rows", refusals)
    digests, unchanged = merged(runtime.blobs, task.digests, positions, proba)
    return _save(runtime, run, task, digests, rows=len(positions), unchanged=unchanged)


def _load(runtime: Runtime, run: Run) -> _Task:
    with runtime.readers() as session:
        project = projects.find_live(session, run.project_id)
        if project is None:
            raise Superseded
        last = versions.find_last(session, project.id)
        return _Task(
            project=project,
            upload=uploads.find_many(session, [run.id])[run.id],
            last=last,
            digests=brought.find_all(session, last.id if last else None),
        )


def _read(runtime: Runtime, task: _Task, refusals: Refusals) -> tuple[Ints, Rows]:
    """Positions, ascending, and their rows; refused rows are not among them."""
    seen: set[int] = set()
    positions: list[Ints] = [np.zeros(0, np.int64)]
    rows: list[Rows] = [np.zeros((0, len(task.project.classes)), np.float32)]
    path, first = runtime.blobs.path(task.upload.blob), 0
    for batch in probabilities.read(path, task.upload.media_type, task.project.classes):
        here = _positions(runtime, task.project, batch)
        for index, position in enumerate(here):
            problem = batch.problems.get(index)
            if problem is None and position is None:
                problem = "there is no item of this key"
            elif problem is None and position in seen:
                problem = "its item comes twice in this upload"
            if problem is not None:
                refusals.add(first + index, batch.keys[index], problem)
            elif position is not None:
                seen.add(position)
        if not refusals.count:
            positions.append(np.array(here, dtype=np.int64))
            rows.append(batch.proba.astype(np.float32))
        first += len(here)
    found = np.concatenate(positions)
    order = np.argsort(found)
    return found[order], np.concatenate(rows)[order]


def _positions(runtime: Runtime, project: Project, batch: Brought) -> list[int | None]:
    keys = [key for key in batch.keys if isinstance(key, str) and "\x00" not in key]
    with runtime.readers() as session:
        found = lookups.positions(session, project.id, keys)
    return [found.get(key) if isinstance(key, str) else None for key in batch.keys]


def _refuse(runtime: Runtime, run: Run, reason: str, refusals: Refusals) -> Sequence[Message]:
    with runtime.sessions.begin() as session:
        _, held = stages.hold(session, run)
        upload = uploads.find_many(session, [run.id])[run.id]
        upload.registered, upload.unchanged = 0, 0
        upload.refused, upload.refused_count = refusals.first, refusals.count
        runs.move(session, held, now=runtime.now(), state=RunState.FAILED, reason=reason)
    log.info("refused", run=str(run.id), reason=reason)
    return []


def _save(
    runtime: Runtime, run: Run, task: _Task, digests: dict[int, str], *, rows: int, unchanged: int
) -> Sequence[Message]:
    now = runtime.now()
    classes = task.project.classes
    index = {"classes": classes, "rows": brought.ROWS, "stretches": sorted(digests.items())}
    model = runtime.blobs.put(orjson.dumps(index))
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        last = versions.find_last(session, project.id)
        if project.classes != classes or (last and last.id) != (task.last and task.last.id):
            raise RuntimeError("the project changed meanwhile")  # so the stage is tried again
        version = versions.add(
            session,
            project,
            estimator={"name": str(Estimator.EXTERNAL)},
            report={},
            classes=list(classes),
            labels=0,
            model=model,
            created_at=now,
        )
        brought.add(session, version.id, digests)
        upload = uploads.find_many(session, [run.id])[run.id]
        upload.registered, upload.unchanged = rows - unchanged, unchanged
        upload.refused, upload.refused_count = [], 0
        runs.move(session, held, now=now, state=RunState.DONE, reason=None)
        cycle = cycles.queue_rerank(session, project, at=now)
    log.info("brought", run=str(run.id), rows=rows, version=version.number)
    return stages.messages(cycle)
