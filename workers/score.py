"""Shards, one after the other, and a version into scores and predictions."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from time import process_time, thread_time
from typing import TypeAlias
from uuid import UUID

import numpy as np
import structlog
from sqlalchemy.orm import Session, sessionmaker

from service.domain.runs import Stage
from service.runtime import Runtime
from service.store import projects, runs, scans, versions
from service.store import run_shards as frozen
from service.store.blobs import Blobs
from service.store.pieces import SCORED
from service.store.tables.learning import Run, RunShard, Version
from service.store.tables.pool import Project
from workers import neighbours, scoring, situations
from workers.learning.arrays import Floats, Ints, Matrix
from workers.learning.rules import Rule
from workers.neighbours import Nearest
from workers.pool import orders
from workers.pool import shards as shard_files
from workers.stages import Message, Superseded

log = structlog.get_logger(__name__)

WRITERS = 3
"""Threads that write what shards gave: a disk, or a bucket, syncs several as soon as one."""
_Written: TypeAlias = dict[str, Future[str]]
"""Digests of what a shard gave, by column, once it is written."""


@dataclass(frozen=True, kw_only=True)
class _Task:
    """What all shards of a run are scored by."""

    run: Run
    project: Project
    version: Version
    rule: Rule


def run_shards(runtime: Runtime, shards: Sequence[RunShard]) -> Sequence[Message]:
    """Score some shards of a run; who scores the last one sends the run on to `rank`."""
    began, apart = process_time(), 0.0
    task = _load(runtime, shards[0].run_id)
    writing: dict[int, _Written] = {}
    # What a shard gave is written while the next one is scored, which takes no longer.
    with ThreadPoolExecutor(WRITERS) as writers:
        for shard in shards:
            path = runtime.blobs.path(shard.features)
            matrix = shard_files.open_shard(path)
            written, scored_at = _score(runtime, task, shard, matrix, path, writers), thread_time()
            near = _neighbours(runtime, task.run, shard, matrix, writers)
            apart += thread_time() - scored_at
            writing[shard.number] = {**written, **near}
    results = {
        number: {name: digest.result() for name, digest in written.items()}
        for number, written in writing.items()
    }
    # By time of a processor: what is written meanwhile has its share of the other time.
    whole = process_time() - began
    share = 1.0 if task.run.newest is None or apart >= whole else 1 - apart / whole
    return _save(runtime, task.run.id, results, scoring_share=share)


def _load(runtime: Runtime, run_id: UUID) -> _Task:
    with runtime.readers() as session:
        run = session.get_one(Run, run_id)
        project = projects.find_live(session, run.project_id)
        version = versions.find(session, run.version_id)
        if project is None or version is None:
            raise Superseded
        rule = situations.rule_of(session, project, run, at=runtime.now())
    return _Task(run=run, project=project, version=version, rule=rule)


def _score(
    runtime: Runtime, task: _Task, shard: RunShard, matrix: Matrix, path: Path, writers: Executor
) -> _Written:
    first, end = shard.first_position, shard.first_position + shard.rows
    positions: Ints = np.arange(first, end, dtype=np.int64)
    said = scoring.judge(
        runtime, task.project, task.version, matrix, positions, rule=task.rule, shard=path
    )

    def order_by(scores: Floats) -> str:
        order = orders.of_shard(first, scores, seed=task.project.seed)
        return runtime.blobs.put(orders.encode(order))

    predictions = said.labels.tobytes() + said.probabilities.tobytes()
    written = {
        "scores": writers.submit(order_by, said.scores),
        "predictions": writers.submit(runtime.blobs.put, predictions),
    }
    if said.second is not None:
        written["second"] = writers.submit(order_by, said.second)
    return written


def _neighbours(
    runtime: Runtime, run: Run, shard: RunShard, matrix: Matrix, writers: Executor
) -> _Written:
    """What is near to the items that were labelled last when the shards were frozen."""
    if run.newest is None:
        return {}
    nearest = _nearest(runtime.readers, runtime.blobs, run.id, tuple(run.newest))
    found = nearest.of_shard(matrix, shard.first_position)
    return {"neighbours": writers.submit(runtime.blobs.put, found)}


@lru_cache(maxsize=2)
def _nearest(
    readers: sessionmaker[Session], blobs: Blobs, run_id: UUID, newest: Sequence[int]
) -> Nearest:
    """What is nearest of all shards of a run that this process has scored by now."""
    with readers() as session:
        scanned = frozen.list_for(session, run_id)
    return Nearest(neighbours.rows_of(blobs, newest, scanned), draw=run_id.int)


def _save(
    runtime: Runtime,
    run_id: UUID,
    results: Mapping[int, Mapping[str, str]],
    *,
    scoring_share: float,
) -> Sequence[Message]:
    """Save what shards gave; the last one says which share of the time scoring took."""
    now = runtime.now()
    with runtime.sessions.begin() as session:
        left = SCORED.finish_all(session, run_id, results)
        if left != 0:
            return []
        run = session.get_one(Run, run_id, populate_existing=True)
        runs.move(session, run, now=now, stage=Stage.RANK)
        if scoring_share < 1:
            scans.set_apart(session, run, scoring_share)
    log.info("scored", run=str(run_id), shards=run.shards)
    return [(Stage.RANK, (run_id,))]
