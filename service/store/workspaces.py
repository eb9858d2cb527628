"""Workspaces."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.errors import Conflict, NotFound
from service.store.conflicts import insert_new
from service.store.tables.access import Workspace


def add(session: Session, *, name: str, is_first: bool, at: datetime) -> Workspace:
    """Add a workspace.

    Raises:
        Conflict: there is one of that name.
    """
    row = {"id": uuid4(), "name": name, "is_first": is_first, "created_at": at}
    statement = insert_new(session, Workspace).returning(Workspace)
    added = session.scalars(statement, [row]).one_or_none()
    if added is None:
        raise Conflict(f"there is a workspace {name!r} already")
    return added


def find_first(session: Session) -> Workspace | None:
    """The workspace that was made at the first start."""
    return session.scalar(select(Workspace).where(Workspace.is_first))


def get_by_name(session: Session, name: str) -> Workspace:
    """Get a workspace by its name.

    Raises:
        NotFound: there is none.
    """
    found = session.scalar(select(Workspace).where(Workspace.name == name))
    if found is None:
        raise NotFound(f"there is no workspace {name!r}")
    return found


def list_for(
    session: Session, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[Workspace]:
    """All workspaces, oldest first."""
    query = select(Workspace)
    if after:
        at, workspace_id = after
        query = query.where(
            (Workspace.created_at > at)
            | ((Workspace.created_at == at) & (Workspace.id > workspace_id))
        )
    return list(session.scalars(query.order_by(Workspace.created_at, Workspace.id).limit(limit)))
