"""What workers would have written: rankings and versions, in rows and blobs."""

import struct
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.domain.catalogue import Reason
from service.domain.runs import RunKind, RunState, Stage
from service.runtime import Runtime
from service.store import orders, rankings, versions
from service.store.tables.learning import Ranking, Run, RunShard, Version
from service.store.tables.pool import Project
from tests.api import Api

PLAIN = {"audit_share": 0, "coverage_share": 0}
"""Batches by the strategy alone."""


def ranked(api: Api, runtime: Runtime, items: int, **more: Any) -> str:
    """A project whose items are ranked from the last to the first."""
    project = api.make_project(**{"batch": PLAIN} | more)
    api.add_vectors(project, {f"i{number}": [number, 1] for number in range(items)})
    write_ranking(runtime, project, range(items)[::-1])
    return project


def keys(batch: Any) -> list[str]:
    """Keys of a batch's items, in their order."""
    return [item["key"] for item in batch["items"]]


def project_of(session: Session, path: str) -> Project:
    """The row of a project, from its path."""
    uid = UUID(path.removeprefix("/v1").removeprefix("/projects/"))
    return session.scalars(select(Project).where(Project.uid == uid)).one()


def write_ranking(
    runtime: Runtime,
    path: str,
    positions: Sequence[int],
    *,
    stored: int | None = None,
    strategy: str = "margin",
    version: Version | None = None,
) -> Ranking:
    """Put an order in use; `stored` of it as rows, all of it as a blob."""
    scores = [1 - place / (len(positions) + 1) for place in range(len(positions))]
    entries = list(zip(positions, scores, strict=True))
    rows = len(entries) if stored is None else stored
    blob = b"".join(orders.ENTRY.pack(*entry) for entry in entries)
    with runtime.sessions.begin() as session:
        project = project_of(session, path)
        ranking = rankings.add(
            session,
            project,
            strategy=strategy,
            reason=Reason.STRATEGY,
            version_id=version.id if version else None,
            events_seen=project.label_events,
            depth=len(entries),
            stored=rows,
            order=runtime.blobs.put(blob),
            ranked_at=runtime.now(),
        )
        rankings.add_rows(session, ranking, entries[:rows], first_place=1)
        project.ranking_id = ranking.id
    return ranking


def write_version(
    runtime: Runtime, path: str, *, labels: int = 2, report: dict[str, Any] | None = None
) -> Version:
    """Put a version in use."""
    with runtime.sessions.begin() as session:
        project = project_of(session, path)
        version = versions.add(
            session,
            project,
            estimator={"name": "logistic", "C": 1.0},
            report={"scaling": "standard"} | (report or {}),
            classes=project.classes,
            labels=labels,
            model=runtime.blobs.put(b"fitted"),
            created_at=runtime.now(),
            promoted_at=runtime.now(),
        )
        if not project.pinned:
            project.version_id = version.id
    return version


def write_predictions(
    runtime: Runtime,
    path: str,
    rows: Sequence[tuple[int, Sequence[float]]],
    *,
    version: Version,
    shard_rows: int = 2,
) -> list[str]:
    """Put a ranking in use that was made from predictions (label and probabilities by position).

    Answers the digests of their blobs.
    """
    ranking = write_ranking(runtime, path, range(len(rows)), version=version)
    digests = []
    with runtime.sessions.begin() as session:
        run = Run(
            id=uuid4(),
            project_id=ranking.project_id,
            kind=RunKind.CYCLE,
            state=RunState.DONE,
            stage=Stage.RANK,
            version_id=version.id,
            created_at=runtime.now(),
            finished_at=runtime.now(),
        )
        session.add(run)
        session.flush()
        for number, first in enumerate(range(0, len(rows), shard_rows)):
            here = rows[first : first + shard_rows]
            blob = struct.pack(f"<{len(here)}H", *(label for label, _ in here))
            blob += b"".join(struct.pack(f"<{len(row)}e", *row) for _, row in here)
            digests.append(runtime.blobs.put(blob))
            shard = {"run_id": run.id, "number": number, "first_position": first}
            shard |= {"rows": len(here), "features": "f", "is_done": True}
            session.add(RunShard(**shard, predictions=digests[-1]))
        session.get_one(Ranking, ranking.id).run_id = run.id
    return digests
