"""What labels change of a project: locked and read together, written together."""

from uuid import UUID

from sqlalchemy import BigInteger, bindparam, update
from sqlalchemy.orm import Session

from service.store import projects
from service.store.glimpses import detached
from service.store.tables.base import Base
from service.store.tables.pool import Project
from service.store.writes import Writes

_CHANGED = (
    Project.label_count,
    Project.labelled_count,
    Project.open_count,
    Project.reopened,
    Project.class_labels,
    Project.label_events,
    Project.oldest_unused_at,
    Project.due_at,
)
# With what labels are checked against: else most of the time that the row is locked for would go
# into reading the rest of it.
_READ = (
    Project.id,
    Project.classes,
    Project.input_type,
    Project.labels_per_item,
    Project.audit_threshold,
    Project.min_labels,
    Project.retrain_share,
    Project.max_wait_seconds,
    Project.events_used,
    Project.retrain_asked,
    Project.pool_changes,
    *_CHANGED,
)
_LOCK = projects.LOCK.with_only_columns(*_READ)
_PROJECTS = Base.metadata.tables[Project.__tablename__]
_KEEP = (
    update(_PROJECTS)
    .where(_PROJECTS.c.id == bindparam("of_project", type_=BigInteger))
    .values({each.key: bindparam(f"now_{each.key}") for each in _CHANGED})
)


def lock(session: Session, workspace_id: UUID, uid: UUID) -> Project:
    """Lock a project for labels to be counted; `keep` writes what they change of it.

    Raises:
        NotFound: the workspace has no such project.
    """
    return detached(Project, _READ, projects.row_of(session, _LOCK, workspace_id, uid))


def keep(writes: Writes, project: Project) -> None:
    """Write what labels have changed of a project that was locked for them."""
    now = {f"now_{each.key}": getattr(project, each.key) for each in _CHANGED}
    writes.add(_KEEP, {"of_project": project.id, **now})
