"""What a report is made from: read from the database and the blobs in one go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from service.domain.items import ItemState
from service.store import labels, rankings, reports, run_shards, versions
from service.store.tables.learning import Ranking, Run, RunShard, Version
from service.store.tables.pool import Project
from service.store.tables.reports import Audited
from workers.learning import consensus
from workers.learning.arrays import Ints
from workers.learning.reserve import UNANSWERED, Reserve

Scan: TypeAlias = tuple[int, UUID | None]


@dataclass(frozen=True, kw_only=True, eq=False)
class Material:
    """A project at a moment: the version whose predictions are shown, and what people say."""

    project: Project
    ranking: Ranking
    version: Version
    """The one that scored all of the pool last."""
    scored: Sequence[RunShard]
    reserve: Reserve
    excluded: int
    """Items with an answer from before the audit began, of which it does not speak."""
    audited: Sequence[tuple[Audited, Version]]
    """Versions before, with what they said of the reserve."""
    before: dict[str, Any] | None
    """The document of the report before."""

    @property
    def population(self) -> int:
        """Items that the audit speaks of."""
        return self.project.item_count - self.excluded

    @property
    def scan(self) -> Scan:
        """The order and the scan that were in use."""
        return self.ranking.id, self.ranking.run_id


def scan_of(session: Session, project: Project) -> Scan | None:
    """The order and the scan that are in use."""
    ranking = rankings.find(session, project.ranking_id)
    return None if ranking is None else (ranking.id, ranking.run_id)


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
    return Material(
        project=project,
        ranking=ranking,
        version=version,
        scored=run_shards.list_for(session, run.id),
        reserve=_reserve(session, project),
        excluded=reports.count_excluded(session, project) if project.audit_threshold else 0,
        audited=reports.audited(session, project.id),
        before=before.document if before else None,
    )


def _reserve(session: Session, project: Project) -> Reserve:
    rows = reports.reserve(session, project)
    positions: Ints = np.array([row.position for row in rows], dtype=np.int64)
    known = consensus.of_rows(labels.audit(session, project))
    truth = np.full(len(positions), UNANSWERED, dtype=np.int64)
    where = np.searchsorted(known.items, positions)
    is_known = np.zeros(len(positions), dtype=bool)
    if len(known.items):
        where = np.minimum(where, len(known.items) - 1)
        is_known = known.items[where] == positions
        truth[is_known] = known.labels[where[is_known]]
    # Whom an item was shown to and who declined has spoken too: it bounds the figures both ways.
    is_declined = [row.state == ItemState.PARKED or row.skips > 0 for row in rows]
    return Reserve(
        positions=positions,
        truth=truth,
        is_pending=~is_known & ~np.array(is_declined, dtype=bool),
    )
