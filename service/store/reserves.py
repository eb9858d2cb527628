"""The audit reserve of a project: begun late, and released; the caller has locked the project."""

from datetime import datetime

from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from service.domain import audit
from service.store import items, labels
from service.store.tables.pool import Item, Project

_ALL = 2.0
"""Above every draw, also of items that an audit does not speak of."""


def begin(session: Session, project: Project) -> bool:
    """Set items aside in a project that has none; say whether any are.

    An item that has an answer may be known to a model: it is put behind all others in the audit
    order, and stays out of this reserve and of those to come.
    """
    threshold = audit.threshold(project.item_count, audit_share=project.audit_share)
    if not threshold:
        return False
    moved = session.scalars(
        update(Item)
        .where(
            Item.project_id == project.id,
            or_(Item.labels > 0, Item.skips > 0),
            Item.audit_draw < 1,
        )
        .values(audit_draw=Item.audit_draw + 1)
        .returning(Item.position)
        .execution_options(synchronize_session=False)
    )
    project.audit_excluded += len(moved.all())
    labels.draw_anew(session, project.id)
    project.audit_threshold = threshold
    project.audit_released_at = None
    project.open_count = items.count_open(session, project, first=threshold, end=_ALL)
    return True


def release(session: Session, project: Project, *, at: datetime) -> None:
    """Give all of the reserve to training, for good; nothing is set aside until it is asked for."""
    project.audit_threshold = 0.0
    project.audit_share = 0.0
    project.audit_released_at = at
    project.open_count = items.count_open(session, project, first=0.0, end=_ALL)
    project.reopened += 1
