"""API keys: made, listed, revoked. The secret leaves the service once."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from service.actions import receipts
from service.actions.access import Caller, digest_of
from service.domain.catalogue import Role
from service.errors import Fault, NotFound, Unacceptable
from service.runtime import Runtime
from service.store import keys, projects
from service.store.tables.access import ApiKey


@dataclass(frozen=True, kw_only=True)
class KeyView:
    """A key as people see it; `key` only in the answer that made it."""

    id: UUID
    name: str
    role: Role
    prefix: str
    projects: list[str] | None
    created_at: datetime
    key: str | None = None


def create(
    runtime: Runtime,
    caller: Caller,
    *,
    name: str,
    role: Role,
    project_uids: Sequence[UUID] | None,
) -> KeyView:
    """Make a key in the caller's workspace.

    Raises:
        Unacceptable: a project is not of this workspace.
        Forbidden: the caller's own key is limited to certain projects.
    """
    caller.require_whole_workspace()
    now = runtime.now()
    with runtime.sessions.begin() as session:
        for index, uid in enumerate(project_uids or ()):
            try:
                projects.get(session, caller.workspace_id, uid)
            except NotFound as error:
                fault = Fault(f"/projects/{index}", error.detail)
                raise Unacceptable("a project is not known", faults=[fault]) from error
        made = issue(
            session, caller.workspace_id, name=name, role=role, at=now, project_uids=project_uids
        )
        # The secret is not kept: a repeated request learns all but that.
        receipts.keep(session, caller, replace(made, key=None), at=now)
    return made


def issue(
    session: Session,
    workspace_id: UUID,
    *,
    name: str,
    role: Role,
    at: datetime,
    project_uids: Sequence[UUID] | None = None,
) -> KeyView:
    """Add a key of 256 random bits to a workspace; only its SHA-256 is stored."""
    prefix = f"al_{secrets.token_hex(4)}"
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    row = keys.add(
        session,
        id=uuid4(),
        workspace_id=workspace_id,
        name=name,
        role=role,
        prefix=prefix,
        digest=digest_of(secret),
        projects=None if project_uids is None else [str(uid) for uid in project_uids],
        created_at=at,
    )
    return view(row, secret)


def list_page(
    runtime: Runtime, caller: Caller, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[KeyView]:
    """Keys of the caller's workspace.

    Raises:
        Forbidden: the caller's own key is limited to certain projects.
    """
    caller.require_whole_workspace()
    with runtime.readers() as session:
        rows = keys.list_for(session, caller.workspace_id, after=after, limit=limit)
        return [view(row) for row in rows]


def revoke(runtime: Runtime, caller: Caller, key_id: UUID) -> None:
    """Revoke a key; requests under way with it still finish.

    Raises:
        Forbidden: the caller's own key is limited to certain projects.
    """
    caller.require_whole_workspace()
    with runtime.sessions.begin() as session:
        keys.revoke(session, caller.workspace_id, key_id, at=runtime.now())
    runtime.keys.forget()


def view(row: ApiKey, secret: str | None = None) -> KeyView:
    """What people see of a key."""
    return KeyView(
        id=row.id,
        name=row.name,
        role=Role(row.role),
        prefix=row.prefix,
        projects=row.projects,
        created_at=row.created_at,
        key=secret,
    )
