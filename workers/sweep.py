"""Periodic: sends messages of runs that are due or stalled, starts cycles, tidies up."""

import time
from datetime import datetime, timedelta

import structlog

from service.domain.runs import RunKind, Stage
from service.runtime import Runtime
from service.store import (
    cycles,
    leases,
    projects,
    receipts,
    retention,
    runs,
    statistics,
    sweeps,
    upload_parts,
    uploads,
    watches,
)
from workers.stages import Message

log = structlog.get_logger(__name__)

MANY = 200
# What is removed of a deleted project in one transaction, and by one look.
STRETCH, STRETCHES = 2_048, 100
BETWEEN_STRETCHES = 0.02
"""Seconds in which a writer that waits for a file of SQLite comes to its turn."""
PRUNE_EVERY = timedelta(minutes=5)
KEEP_RECEIPTS = timedelta(hours=24)
KEEP_RUN_SHARDS = timedelta(minutes=10)
KEEP_DELETED = timedelta(minutes=10)
# So long an export of predictions may read on in a ranking that was replaced.
KEEP_REPLACED = timedelta(hours=2)
# A blob is written before the row that points to it.
KEEP_BLOBS = timedelta(hours=2)


def sweep(runtime: Runtime) -> None:
    """Look once for work that is due; of several workers that look at once one does it."""
    now = runtime.now()
    pause = timedelta(seconds=runtime.settings.sweep_seconds) / 2
    with runtime.readers() as session:
        if not sweeps.is_due(session, now=now, prune_every=PRUNE_EVERY):
            return
    with runtime.sessions.begin() as session:
        if not sweeps.take_turn(session, now=now, pause=pause):
            return
        prunes = sweeps.take_prune(session, now=now, pause=PRUNE_EVERY)
    for stage, ids in [*_stalled(runtime, now), *_due(runtime, now)]:
        runtime.queue.start(stage, *ids)
    _look_at_tables(runtime)
    if prunes:
        prune(runtime, now)


def _stalled(runtime: Runtime, now: datetime) -> list[Message]:
    with runtime.sessions.begin() as session:
        found = watches.list_stalled(session, now=now, limit=MANY)
        left = uploads.list_left_behind(session, now=now, limit=MANY)
        found += [(Stage.UNDO, (run_id,)) for run_id in left]
    for stage, ids in found:
        log.info("sent", stage=str(stage), ids=[str(each) for each in ids])
    return found


def _due(runtime: Runtime, now: datetime) -> list[Message]:
    with runtime.readers() as session:
        waiting = projects.list_due(session, now=now, limit=MANY)
    found: list[Message] = []
    for project_id in waiting:
        with runtime.sessions.begin() as session:
            project = projects.find_live(session, project_id, lock=True)
            if project is None:
                continue
            run = cycles.queue_if_due(session, project, at=now)
            # One in flight looks again when it ends; until then there is nothing to be done.
            project.due_at = None
        if run is not None:
            found.append((Stage(run.stage), (run.id,)))
    return found


def _look_at_tables(runtime: Runtime) -> None:
    with runtime.readers() as session:
        tables = statistics.outdated(session)
    if not tables:
        return
    with runtime.sessions.begin() as session:
        statistics.renew(session, tables)
    log.info("analyzed", tables=list(tables))


def prune(runtime: Runtime, now: datetime) -> None:
    """Drop what is no longer needed, and go on with what was left lying."""
    _resume(runtime, now)
    with runtime.sessions.begin() as session:
        counts = {
            "receipts": receipts.forget(session, before=now - KEEP_RECEIPTS),
            "leases": leases.expire_all(session, now=now, limit=10_000),
            "shards": retention.drop_old_run_shards(
                session, before=now - KEEP_RUN_SHARDS, replaced_before=now - KEEP_REPLACED
            ),
            "parts": retention.drop_old_parts(session, before=now - KEEP_RUN_SHARDS),
            "replays": retention.drop_old_replays(session, before=now - KEEP_RUN_SHARDS),
        }
    _drop_deleted(runtime, now - KEEP_DELETED)
    with runtime.readers() as session:
        used = retention.referenced_blobs(session)
    unused = [each for each in runtime.blobs.written_before(now - KEEP_BLOBS) if each not in used]
    for digest in unused:
        runtime.blobs.remove(digest)
    runtime.blobs.forget_parts(now - KEEP_BLOBS)
    log.info("pruned", blobs=len(unused), **counts)


def _drop_deleted(runtime: Runtime, before: datetime) -> None:
    """Remove deleted projects a stretch at a time, so that who writes meanwhile waits for one."""
    for _ in range(STRETCHES):
        with runtime.sessions.begin() as session:
            gone = retention.drop_items_of_deleted(session, before=before, most=STRETCH)
        if not gone:
            break
        time.sleep(BETWEEN_STRETCHES)
    with runtime.sessions.begin() as session:
        retention.drop_deleted_projects(session, before=before)


def _resume(runtime: Runtime, now: datetime) -> None:
    """Encode what a failed run has left, also if nothing comes after it."""
    with runtime.readers() as session:
        left = projects.list_unencoded(session, limit=MANY)
    for project_id in left:
        run = None
        with runtime.sessions.begin() as session:
            project = projects.find_live(session, project_id, lock=True)
            if project is not None and upload_parts.ready_until(session, project) > project.encoded:
                run = runs.queue_up(session, project.id, RunKind.ENCODE, Stage.ENCODE, at=now)
        if run is not None:
            log.info("resumed", run=str(run.id), stage=str(run.stage))
            runtime.queue.start(run.stage, run.id)
