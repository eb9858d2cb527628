"""Who asks: a key becomes a caller, or is refused."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import UUID

from service.domain.catalogue import Role
from service.errors import Forbidden, NotFound, Unauthenticated
from service.runtime import Runtime
from service.store import keys


@dataclass(frozen=True, kw_only=True)
class Repeatable:
    """A request that may come again under its `Idempotency-Key`, and how its answer is kept."""

    key: str
    fingerprint: Callable[[], str]
    """What tells the request from another one; a body that streams is read to its end for it."""
    render: Callable[[Any], tuple[int, bytes]]
    """Status and body of an answer, as they go over the wire."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A known key: what it opens."""

    key_id: UUID
    workspace_id: UUID
    in_first_workspace: bool
    role: Role
    projects: tuple[UUID, ...] | None = None
    """Projects the key is limited to."""
    repeatable: Repeatable | None = None

    def require(self, role: Role) -> None:
        """Check the role.

        Raises:
            Forbidden: the key's role is too small.
        """
        if not self.role.covers(role):
            raise Forbidden(f"this needs the role {role}; the key's role is {self.role}")

    def require_whole_workspace(self) -> None:
        """Check that the key opens more than certain projects, which it could else escape.

        Raises:
            Forbidden: it is limited to certain projects.
        """
        if self.projects is not None:
            raise Forbidden("this key is limited to certain projects; this is beyond them")

    def may_see(self, project_uid: UUID) -> bool:
        """Whether the key is not limited to other projects."""
        return self.projects is None or project_uid in self.projects


def digest_of(secret: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(secret.encode()).hexdigest()


def admit(
    runtime: Runtime, secret: str, *, project_uid: UUID | None, is_project_sought: bool = False
) -> Caller:
    """Find out who asks, and that the project they ask about is theirs to see.

    Args:
        is_project_sought: what is asked looks itself for the project in the key's workspace.

    Raises:
        Unauthenticated: there is no such key.
        NotFound: the project is not of the key's workspace, or not one of its projects.
    """
    digest = digest_of(secret)
    found = runtime.keys.find(digest) if is_project_sought else None
    if found is None:
        era, since = runtime.keys.era, monotonic()
        with runtime.readers() as session:
            found = keys.find_by_digest(session, digest, project_uid=project_uid)
        if found is None:
            raise Unauthenticated("the API key is not known, or was revoked")
        runtime.keys.keep(digest, found, era=era, since=since)
    caller = Caller(
        key_id=found.key_id,
        workspace_id=found.workspace_id,
        in_first_workspace=found.in_first_workspace,
        role=found.role,
        projects=None if found.projects is None else tuple(UUID(uid) for uid in found.projects),
    )
    if project_uid is not None and (found.has_project is False or not caller.may_see(project_uid)):
        raise NotFound(f"there is no project {project_uid} in this workspace")
    return caller
