"""Projects: found within a workspace, locked by whoever changes what they count."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Executable, Uuid, bindparam, func, literal_column, select, update
from sqlalchemy.orm import Session

from service.domain.audit import MOST_RESERVED
from service.errors import NotFound
from service.store.tables.labelling import Lease
from service.store.tables.pool import Item, Project

GET = select(Project).where(
    Project.uid == bindparam("of_uid", type_=Uuid),
    Project.workspace_id == bindparam("of_workspace", type_=Uuid),
    Project.deleted_at.is_(None),
)
LOCK = GET.with_for_update(key_share=True)


def get(session: Session, workspace_id: UUID, uid: UUID, *, lock: bool = False) -> Project:
    """Get a project of a workspace, and keep others from changing it if asked.

    The lock lets rows that refer to the project be inserted: hand-outs do not wait for labels.

    Raises:
        NotFound: the workspace has no such project.
    """
    given = {"of_uid": uid, "of_workspace": workspace_id}
    project = session.scalar(LOCK if lock else GET, given)
    if project is None:
        raise _missing(uid)
    return project


def row_of(session: Session, query: Executable, workspace_id: UUID, uid: UUID) -> Sequence[Any]:
    """The row that a query, asked as `GET` is, has of a project of a workspace.

    Raises:
        NotFound: the workspace has no such project.
    """
    given = {"of_uid": uid, "of_workspace": workspace_id}
    row: Sequence[Any] | None = session.connection().execute(query, given).one_or_none()
    if row is None:
        raise _missing(uid)
    return row


def _missing(uid: UUID) -> NotFound:
    return NotFound(f"there is no project {uid} in this workspace")


def find_live(session: Session, project_id: int, *, lock: bool = False) -> Project | None:
    """Find a project by its row, unless it was deleted."""
    query = select(Project).where(Project.id == project_id, Project.deleted_at.is_(None))
    return session.scalar(query.with_for_update(key_share=True) if lock else query)


def find_free(session: Session, project_id: int) -> Project | None:
    """Lock a project, unless somebody else has: then, or if it is gone, None."""
    query = select(Project).where(Project.id == project_id, Project.deleted_at.is_(None))
    return session.scalar(query.with_for_update(key_share=True, skip_locked=True))


def add(session: Session, **fields: Any) -> Project:
    """Add a project."""
    project = Project(**fields)
    session.add(project)
    session.flush()
    return project


def list_for(
    session: Session,
    workspace_id: UUID,
    *,
    only: list[UUID] | None,
    after: int | None,
    limit: int,
) -> list[Project]:
    """Projects of a workspace, oldest first; `only` those that a key may see."""
    query = select(Project).where(
        Project.workspace_id == workspace_id, Project.deleted_at.is_(None)
    )
    if only is not None:
        query = query.where(Project.uid.in_(only))
    if after is not None:
        query = query.where(Project.id > after)
    return list(session.scalars(query.order_by(Project.id).limit(limit)))


def count_labels(project: Project, changes: Mapping[int, int]) -> None:
    """Count labels that came and went, by class; the caller has locked the project.

    They are counted as they come, so that nobody has to look through the labels to know which
    class has none.
    """
    highest = max((index for index, change in changes.items() if change), default=-1)
    counts = project.class_labels + [0] * (highest + 1 - len(project.class_labels))
    project.class_labels = [count + changes.get(at, 0) for at, count in enumerate(counts)]


def list_due(session: Session, *, now: datetime, limit: int) -> list[int]:
    """Projects with a label that has waited long enough for a cycle."""
    query = select(Project.id).where(Project.due_at <= now, Project.deleted_at.is_(None))
    return list(session.scalars(query.order_by(Project.due_at).limit(limit)))


def list_unencoded(session: Session, *, limit: int) -> list[int]:
    """Projects with items that have no features yet."""
    query = select(Project.id).where(
        Project.encoded < Project.next_position, Project.deleted_at.is_(None)
    )
    return list(session.scalars(query.limit(limit)))


def mark_deleted(session: Session, project_id: int, *, at: datetime) -> None:
    """Take a project away from readers; its rows go later."""
    session.execute(
        update(Project).where(Project.id == project_id).values(deleted_at=at, due_at=None)
    )


def count_leased(session: Session, project_id: int, *, now: datetime) -> int:
    """Items that somebody holds now."""
    held = (
        select(Lease.position)
        .join(Item, (Item.project_id == Lease.project_id) & (Item.position == Lease.position))
        .where(
            Lease.project_id == project_id,
            Lease.state == "open",
            Lease.expires_at > now,
            Item.state == "open",
        )
        .distinct()
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(held)) or 0


def count_reserved(session: Session, project: Project) -> int:
    """Items in the audit reserve: those that are open and those that are not, by their indexes."""
    reserved = (Item.project_id == project.id, Item.audit_draw < project.audit_threshold)
    is_open = Item.state == literal_column("'open'")
    reservable = Item.audit_draw < literal_column(str(MOST_RESERVED))
    not_open = Item.state != literal_column("'open'")
    queries = (
        select(func.count()).where(*reserved, is_open, reservable),
        select(func.count()).where(*reserved, not_open, Item.state != "deleted"),
    )
    return sum(session.scalar(query) or 0 for query in queries)


def count_untouched_reserve(session: Session, project: Project) -> int:
    """Items in the audit reserve that nobody has labelled."""
    query = select(func.count()).where(
        Item.project_id == project.id,
        Item.audit_draw < project.audit_threshold,
        Item.labels == 0,
        Item.state != "deleted",
    )
    return session.scalar(query) or 0
