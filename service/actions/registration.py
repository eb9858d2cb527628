"""Registering items: known ones told from new ones, positions and audit draws given out."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from service.domain import audit
from service.domain.contents import NewItem
from service.domain.items import ItemState
from service.errors import Conflict, Fault
from service.store import arrivals, items
from service.store.tables.pool import Project


def without_known(session: Session, project: Project, new: Sequence[NewItem]) -> list[NewItem]:
    """Items that are not registered yet.

    Raises:
        Conflict: a key is taken by other content.
    """
    known = items.find_many(session, project.id, [item.key for item in new])
    digests = {key: item.digest for key, item in known.items()}
    fresh, faults = [], []
    for index, item in enumerate(new):
        digest = item.digest()
        if item.key not in digests:
            digests[item.key] = digest
            fresh.append(item)
        elif digests[item.key] != digest:
            detail = f"{item.key!r} is registered with other content"
            faults.append(Fault(f"/items/{index}/key", detail))
    if faults:
        raise Conflict("a key stands for the same content for ever; use another key", faults=faults)
    return fresh


def add(session: Session, project: Project, fresh: Sequence[NewItem], *, at: datetime) -> None:
    """Add items at the next positions of a project, whose row the caller has locked."""
    first = project.next_position
    numbered = list(enumerate(fresh, first))
    draws = {item.key: audit.draw(project.audit_secret, item.key) for item in fresh}
    items.add_many(
        session,
        [
            {
                "project_id": project.id,
                "position": position,
                "key": item.key,
                "digest": item.digest(),
                "group": item.group,
                "notes": item.metadata,
                "state": ItemState.OPEN,
                "audit_draw": draws[item.key],
                "registered_at": at,
            }
            for position, item in numbered
        ],
        [
            {
                "project_id": project.id,
                "position": position,
                "text": item.text,
                "vector": item.vector,
            }
            for position, item in numbered
        ],
    )
    project.next_position = first + len(fresh)
    arrivals.count_in(session, project, list(draws.values()), at=at)
