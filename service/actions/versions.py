"""Versions: listed, downloaded, pinned."""

from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

from service.actions.access import Caller
from service.domain.catalogue import Role
from service.errors import Conflict
from service.runtime import Runtime
from service.store import cycles, projects, versions
from service.store.tables.learning import Run, Version
from service.store.tables.pool import Project


def list_page(
    runtime: Runtime, caller: Caller, uid: UUID, *, before: int | None, limit: int
) -> list[Version]:
    """Versions of a project, newest first."""
    with runtime.readers() as session:
        project = projects.get(session, caller.workspace_id, uid)
        return versions.list_for(session, project.id, before=before, limit=limit)


def read(runtime: Runtime, caller: Caller, uid: UUID, number: int) -> Version:
    """Get a version."""
    with runtime.readers() as session:
        project = projects.get(session, caller.workspace_id, uid)
        return versions.get(session, project.id, number)


def model_file(runtime: Runtime, caller: Caller, uid: UUID, number: int) -> Path:
    """The file that holds the fitted estimator of a version."""
    return runtime.blobs.path(read(runtime, caller, uid, number).model)


def pin(runtime: Runtime, caller: Caller, uid: UUID, number: int) -> Version:
    """Put a version in use and keep newer ones out until it is unpinned."""
    caller.require(Role.MANAGER)
    with runtime.sessions.begin() as session:
        project = projects.get(session, caller.workspace_id, uid, lock=True)
        version = versions.get(session, project.id, number)
        run = _use(runtime, session, project, version, pinned=True)
    if run is not None:
        runtime.queue.start(run.stage, run.id)
    return version


def unpin(runtime: Runtime, caller: Caller, uid: UUID, number: int | None) -> None:
    """Go back to the newest version that was not refused.

    `number` is the one that must be the pinned one.

    Raises:
        Conflict: another version is pinned, or none.
    """
    caller.require(Role.MANAGER)
    with runtime.sessions.begin() as session:
        project = projects.get(session, caller.workspace_id, uid, lock=True)
        pinned = versions.find(session, project.version_id) if project.pinned else None
        newest = versions.find_newest_passed(session, project.id)
        if pinned is None or newest is None:
            raise Conflict("no version is pinned")
        if number not in (None, pinned.number):
            raise Conflict(f"version {pinned.number} is pinned, not {number}")
        run = _use(runtime, session, project, newest, pinned=False)
    if run is not None:
        runtime.queue.start(run.stage, run.id)


def _use(
    runtime: Runtime, session: Session, project: Project, version: Version, *, pinned: bool
) -> Run | None:
    project.pinned = pinned
    if project.version_id == version.id:
        return None
    now = runtime.now()
    project.version_id = version.id
    version.promoted_at, version.reason = version.promoted_at or now, None
    return cycles.queue_rerank(session, project, at=now)
