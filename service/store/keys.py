"""API keys and the workspaces they open."""

from dataclasses import dataclass, replace
from datetime import datetime
from threading import Lock
from time import monotonic
from typing import Any
from uuid import UUID

from sqlalchemy import String, Uuid, bindparam, exists, select, update
from sqlalchemy.orm import Session

from service.domain.catalogue import Role
from service.errors import NotFound
from service.store.tables.access import ApiKey, Workspace
from service.store.tables.pool import Project

KNOWN_SECONDS = 1.0
"""How long a key that was revoked elsewhere may still be let in."""
MOST_KNOWN = 1_000

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
    has_project: bool | None
    """Whether the project that is asked about is one of the workspace, if that was looked at."""


class Known:
    """Keys that this process found a moment ago; who revokes one here has all forgotten."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: dict[str, tuple[float, Opened]] = {}
        self._era = 0

    @property
    def era(self) -> int:
        """Which forgetting was the last: what was read before it is not kept after it."""
        return self._era

    def find(self, digest: str) -> Opened | None:
        """Find a key that was read within the last second."""
        at, found = self._found.get(digest, (0.0, None))
        return found if found is not None and monotonic() - at < KNOWN_SECONDS else None

    def keep(self, digest: str, found: Opened, *, era: int, since: float) -> None:
        """Keep a key, unless one was revoked since it began to be read."""
        with self._lock:
            if era != self._era:
                return
            if len(self._found) >= MOST_KNOWN:
                self._found.clear()
            self._found[digest] = (since, replace(found, has_project=None))

    def forget(self) -> None:
        """Forget all: one was revoked."""
        with self._lock:
            self._era += 1
            self._found.clear()


def find_by_digest(session: Session, digest: str, *, project_uid: UUID | None) -> Opened | None:
    """Find a key that is not revoked, with all that a request has to know of it."""
    found = (
        session.connection()
        .execute(_BY_DIGEST, {"digest": digest, "project": project_uid})
        .one_or_none()
    )
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
