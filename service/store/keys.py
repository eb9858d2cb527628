"""API keys and the workspaces they open."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.errors import NotFound
from service.store.tables.access import ApiKey, Workspace


def find_by_digest(session: Session, digest: str) -> tuple[ApiKey, Workspace] | None:
    """Find a key that is not revoked, with its workspace."""
    found = session.execute(
        select(ApiKey, Workspace)
        .join(Workspace, Workspace.id == ApiKey.workspace_id)
        .where(ApiKey.digest == digest, ApiKey.revoked_at.is_(None))
    ).one_or_none()
    return (found[0], found[1]) if found else None


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
