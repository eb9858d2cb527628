"""Workspaces: made by an admin of the first one, or from the command line."""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from service.actions import keys, receipts
from service.actions.access import Caller
from service.domain.catalogue import Role
from service.errors import Forbidden
from service.runtime import Runtime
from service.store import workspaces


@dataclass(frozen=True, kw_only=True)
class WorkspaceView:
    """A workspace; `admin_key` only in the answer that made it."""

    id: UUID
    name: str
    created_at: datetime
    admin_key: str | None = None


def create(runtime: Runtime, caller: Caller | None, *, name: str) -> WorkspaceView:
    """Make a workspace with its first admin key; no caller is the command line.

    Raises:
        Forbidden: the caller is not of the first workspace.
        Conflict: there is a workspace of that name.
    """
    _check(caller)
    now = runtime.now()
    with runtime.sessions.begin() as session:
        row = workspaces.add(session, name=name, is_first=False, at=now)
        key = keys.issue(session, row.id, name="first admin", role=Role.ADMIN, at=now)
        made = WorkspaceView(id=row.id, name=name, created_at=now, admin_key=key.key)
        if caller is not None:
            receipts.keep(session, caller, replace(made, admin_key=None), at=now)
    return made


def list_page(
    runtime: Runtime, caller: Caller | None, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[WorkspaceView]:
    """All workspaces.

    Raises:
        Forbidden: the caller is not of the first workspace.
    """
    _check(caller)
    with runtime.readers() as session:
        return [
            WorkspaceView(id=row.id, name=row.name, created_at=row.created_at)
            for row in workspaces.list_for(session, after=after, limit=limit)
        ]


def _check(caller: Caller | None) -> None:
    if caller is None:
        return
    caller.require_whole_workspace()
    if not caller.in_first_workspace:
        raise Forbidden("workspaces are managed with an admin key of the first workspace")
