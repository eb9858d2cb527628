"""The log of every item served."""

from uuid import UUID

from service.actions.access import Caller
from service.domain.catalogue import Role
from service.runtime import Runtime
from service.store import batches, projects
from service.store.tables.labelling import Selection


def list_page(
    runtime: Runtime, caller: Caller, uid: UUID, *, before: int | None, limit: int
) -> list[tuple[Selection, str]]:
    """What was served, newest first, with the items' keys."""
    caller.require(Role.MANAGER)
    with runtime.readers() as session:
        project = projects.get(session, caller.workspace_id, uid)
        return batches.list_selections(session, project.id, after=before, limit=limit)
