"""API keys and the workspaces they open."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, Uuid, bindparam, exists, select, update
from sqlalchemy.orm import Session

from service.domain.catalogue import Role
from service.errors import NotFound
from service.store.tables.access import ApiKey, Workspace
from service.store.tables.pool import Project

# Built once: it is asked at every request.
_HAS_PROJECT = exists().where(
    Project.uid == bindparam("project", type_=Uuid),
    Project.workspace_id == ApiKey.workspace_id,
    Project.deleted_at.is_(None),
)
_BY_DIGEST = (
    select(ApiKey.id, ApiKey.role, ApiKey.projects, Workspace.id, Workspace.is_first, _HAS_PROJECT)
    .join(Workspace, Workspace.id == ApiKey.workspace_id)
    .where(ApiKey.digest == bindparam("digest", type_=String), ApiKey.revoked_at.is_(None))
)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """What a key opens."""

    key_id: UUID
    role: Role
    projects: list[str] | None
    workspace_id: UUID
    in_first_workspace: bool
    has_project: bool
    """Whether the project that is asked about is one of the workspace."""


def find_by_digest(session: Session, digest: str, *, project_uid: UUID | None) -> Opened | None:
    """Find a key that is not revoked, with all that a request has to know of it."""
    found = session.execute(_BY_DIGEST, {"digest": digest, "project": project_uid}).one_or_none()
    if found is None:
        return None
    key_id, role, projects, workspace_id, is_first, has = found
    return Opened(
        key_id=key_id,
        role=Role(role),
        projects=projects,
        workspace_id=workspace_id,
        in_first_workspace=is_first,
        has_project=bool(has),
    )


def add(session: Session, **fields: Any) -> ApiKey:
    """Add a key."""
    key = ApiKey(**fields)
    session.add(key)
    session.flush()
    return key


def list_for(
    session: Session, workspace_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[ApiKey]:
    """Keys of a workspace that are not revoked, oldest first."""
    query = select(ApiKey).where(ApiKey.workspace_id == workspace_id, ApiKey.revoked_at.is_(None))
    if after:
        at, key_id = after
        query = query.where(
            (ApiKey.created_at > at) | ((ApiKey.created_at == at) & (ApiKey.id > key_id))
        )
    return list(session.scalars(query.order_by(ApiKey.created_at, ApiKey.id).limit(limit)))


def revoke(session: Session, workspace_id: UUID, key_id: UUID, *, at: datetime) -> ApiKey:
    """Revoke a key of a workspace.

    Raises:
        NotFound: the workspace has no such key, or it is revoked already.
    """
    revoked: ApiKey | None = session.scalar(
        update(ApiKey)
        .where(
            ApiKey.id == key_id,
            ApiKey.workspace_id == workspace_id,
            ApiKey.revoked_at.is_(None),
        )
        .values(revoked_at=at)
        .returning(ApiKey)
    )
    if revoked is None:
        raise NotFound(f"there is no key {key_id} in this workspace")
    return revoked
