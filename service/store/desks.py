"""What a hand-out works from: the project, its ranking in use, the version that made it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.orm import Session

from service.errors import NotFound
from service.store.tables.learning import Ranking, Version
from service.store.tables.pool import Project

_GET = (
    select(Project, Ranking, Version.number)
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
    found = session.execute(_GET, {"of_uid": uid, "of_workspace": workspace_id}).one_or_none()
    if found is None:
        raise NotFound(f"there is no project {uid} in this workspace")
    project, ranking, version = found
    return Desk(project=project, ranking=ranking, version=version)
