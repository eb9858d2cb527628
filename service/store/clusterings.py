"""Clusterings of pools: found, replaced, and asked for where some of a pool has no clusters."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from service.domain.runs import RunKind, Stage
from service.store import runs, shards
from service.store.tables.coverage import Clustering
from service.store.tables.learning import Run
from service.store.tables.pool import Project, Shard


def find(session: Session, project_id: int) -> Clustering | None:
    """The clustering of a project, if it has one yet."""
    return session.get(Clustering, project_id)


def put(session: Session, clustering: Clustering) -> None:
    """Write a clustering in the place of the one before."""
    session.merge(clustering)
    session.flush()


def assign(
    session: Session, clustering: Clustering, digests: Mapping[tuple[int, str], str]
) -> None:
    """Note the clusters of shards, by number and features; one that has grown meanwhile is left."""
    for (number, features), clusters in digests.items():
        session.execute(
            update(Shard)
            .where(
                Shard.project_id == clustering.project_id,
                Shard.number == number,
                Shard.features == features,
            )
            .values(clusters=clusters, clustering=clustering.number)
            .execution_options(synchronize_session=False)
        )


def queue_if_due(session: Session, project: Project, *, at: datetime) -> Run | None:
    """Queue a run that clusters what has no clusters, unless one is in flight.

    Coverage needs clusters from the beginning, the report with the first version; a project whose
    items have no features has none.
    """
    is_of_use = project.coverage_share or project.version_id is not None
    if not is_of_use or not project.has_features:
        return None
    there = shards.list_for(session, project.id)
    if not missing(find(session, project.id), there):
        return None
    return runs.queue_up(session, project.id, RunKind.CLUSTER, Stage.CLUSTER, at=at)


def missing(clustering: Clustering | None, there: Sequence[Shard]) -> list[Shard]:
    """Shards without clusters of a clustering."""
    number = clustering.number if clustering else None
    return [shard for shard in there if number is None or shard.clustering != number]
