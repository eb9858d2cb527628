"""The log of every item served."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from service.actions.access import Caller
from service.domain.catalogue import Role
from service.runtime import Runtime
from service.store import batches, projects
from service.store.tables.labelling import Selection

_STRETCH = 1000


@dataclass(frozen=True, kw_only=True)
class SelectionView:
    """An item that was served, with what the person who was asked says now."""

    row: Selection
    key: str
    label: str | None
    skip: bool


def list_page(
    runtime: Runtime, caller: Caller, uid: UUID, *, before: int | None, limit: int
) -> list[SelectionView]:
    """What was served, newest first, with the items' keys and labels."""
    caller.require(Role.MANAGER)
    with runtime.snapshots() as session:
        project = projects.get(session, caller.workspace_id, uid)
        rows = batches.list_answered(session, project.id, before=before, limit=limit)
        return [
            SelectionView(
                row=row,
                key=key,
                label=None
                if answer is None or answer.value is None
                else project.classes[answer.value],
                skip=answer is not None and answer.value is None,
            )
            for row, key, answer in rows
        ]


def export(runtime: Runtime, caller: Caller, uid: UUID) -> Iterator[list[SelectionView]]:
    """All of the log, newest first, a stretch at a time."""
    before: int | None = None
    while True:
        stretch = list_page(runtime, caller, uid, before=before, limit=_STRETCH)
        if stretch:
            yield stretch
        if len(stretch) < _STRETCH:
            return
        before = stretch[-1].row.id
