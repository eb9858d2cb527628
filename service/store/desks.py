"""What a hand-out works from: the project, its ranking in use, the version that made it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.orm import Session

from service.store import projects
from service.store.glimpses import detached
from service.store.tables.learning import Ranking, Version
from service.store.tables.pool import Project

# All that a hand-out asks of them: the rest of their columns would take as long as the database.
_PROJECT = (
    Project.id,
    Project.uid,
    Project.classes,
    Project.input_type,
    Project.coverage_share,
    Project.audit_share,
    Project.audit_threshold,
    Project.labels_per_item,
    Project.lease_seconds,
    Project.next_position,
    Project.encoded,
    Project.reopened,
    Project.open_count,
    Project.class_labels,
    Project.label_events,
    Project.ranking_id,
)
_RANKING = (
    Ranking.id,
    Ranking.number,
    Ranking.version_id,
    Ranking.candidates,
    Ranking.strategy,
    Ranking.rule,
    Ranking.reason,
    Ranking.events_seen,
    Ranking.ranked_at,
)
_GET = (
    select(*_PROJECT, *_RANKING, Version.number)
    .outerjoin(Ranking, Ranking.id == Project.ranking_id)
    .outerjoin(Version, Version.id == Ranking.version_id)
    .where(
        Project.uid == bindparam("of_uid", type_=Uuid),
        Project.workspace_id == bindparam("of_workspace", type_=Uuid),
        Project.deleted_at.is_(None),
    )
)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A project with its ranking in use."""

    project: Project
    ranking: Ranking | None
    version: int | None
    """Number of the version that the ranking was made with."""


def get(session: Session, workspace_id: UUID, uid: UUID) -> Desk:
    """Get a project of a workspace with its ranking, in one look.

    Raises:
        NotFound: the workspace has no such project.
    """
    row = projects.row_of(session, _GET, workspace_id, uid)
    *ranking, version = row[len(_PROJECT) :]
    return Desk(
        project=detached(Project, _PROJECT, row[: len(_PROJECT)]),
        ranking=None if ranking[0] is None else detached(Ranking, _RANKING, ranking),
        version=version,
    )
