"""What a report is made from: read from the database in one go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from service.domain.items import ItemState
from service.store import (
    checks,
    clusterings,
    masks,
    rankings,
    reports,
    run_shards,
    shards,
    versions,
)
from service.store.checks import Answered
from service.store.tables.coverage import Clustering
from service.store.tables.learning import Ranking, Run, RunShard, Version
from service.store.tables.pool import Project, Shard
from service.store.tables.reports import Audited, Check
from workers.learning.arrays import Ints
from workers.learning.consensus import Resolved
from workers.learning.reserve import UNANSWERED, Reserve
from workers.reporting import labelled
from workers.reporting.labelled import Labelled

Scan: TypeAlias = tuple[int, UUID | None, int | None, int]

OLDEST_CHECKS = 0.5
"""Checks of a version with less than so much of today's labels say little of today's model."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Material:
    """A project at a moment: the version whose predictions are shown, and what people say."""

    project: Project
    ranking: Ranking
    version: Version
    """The one that scored all of the pool last."""
    scored: Sequence[RunShard]
    reserve: Reserve
    audited: Sequence[tuple[Audited, Version]]
    """Versions before, with what they said of the reserve."""
    before: dict[str, Any] | None
    """The document of the report before."""
    shards: Sequence[Shard]
    clustering: Clustering | None
    checks: Sequence[Check]
    """Predictions checked outside the audit, as far as they are written down."""
    answered: Sequence[Answered]
    """Those that are not written down yet."""
    labelled: Labelled
    closed: Ints
    """Positions that a strategy must not offer."""

    @property
    def population(self) -> int:
        """Items that the audit speaks of."""
        return self.project.item_count - self.project.audit_excluded

    @property
    def scan(self) -> Scan:
        """The order, the scan and the clusters that were in use."""
        number = self.clustering.number if self.clustering else None
        missing = len(clusterings.missing(self.clustering, self.shards))
        return self.ranking.id, self.ranking.run_id, number, missing


def scan_of(session: Session, project: Project) -> Scan | None:
    """The order, the scan and the clusters that are in use."""
    ranking = rankings.find(session, project.ranking_id)
    if ranking is None:
        return None
    clustering = clusterings.find(session, project.id)
    missing = len(clusterings.missing(clustering, shards.list_for(session, project.id)))
    number = clustering.number if clustering else None
    return ranking.id, ranking.run_id, number, missing


def load(session: Session, project: Project) -> Material | None:
    """Read what a report is made from; none before a version has scored the pool."""
    ranking = rankings.find(session, project.ranking_id)
    if ranking is None or ranking.run_id is None:
        return None
    run = session.get(Run, ranking.run_id)
    version = versions.find(session, run.version_id) if run else None
    if run is None or version is None:
        return None
    before = reports.find(session, project.id)
    known = labelled.load(session, project)
    return Material(
        project=project,
        ranking=ranking,
        version=version,
        scored=run_shards.list_for(session, run.id),
        reserve=_reserve(session, project, known.truth),
        audited=reports.audited(session, project.id),
        before=before.document if before else None,
        shards=shards.list_for(session, project.id),
        clustering=clusterings.find(session, project.id),
        checks=checks.list_for(session, project, least_labels=OLDEST_CHECKS * version.labels),
        answered=checks.list_new(session, project),
        labelled=known,
        closed=np.array(masks.closed_positions(session, project), dtype=np.int64),
    )


def _reserve(session: Session, project: Project, known: Resolved) -> Reserve:
    rows = reports.reserve(session, project)
    positions: Ints = np.array([row.position for row in rows], dtype=np.int64)
    truth = np.full(len(positions), UNANSWERED, dtype=np.int64)
    where = np.searchsorted(known.items, positions)
    is_known = np.zeros(len(positions), dtype=bool)
    if len(known.items):
        where = np.minimum(where, len(known.items) - 1)
        is_known = known.items[where] == positions
        truth[is_known] = known.labels[where[is_known]]
    # Who declined has spoken too, and a label beside a prediction will not be given anew: such
    # items bound the figures both ways.
    is_declined = [row.state != ItemState.OPEN or row.skips > 0 for row in rows]
    return Reserve(
        positions=positions,
        truth=truth,
        is_pending=~is_known & ~np.array(is_declined, dtype=bool),
    )
