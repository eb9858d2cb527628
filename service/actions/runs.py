"""Runs: started by hand, watched, cancelled."""

from datetime import datetime
from uuid import UUID

from service.actions import receipts
from service.actions.access import Caller
from service.domain.catalogue import Role
from service.domain.runs import RunKind, Stage
from service.errors import Conflict
from service.runtime import Runtime
from service.store import cycles, projects, runs
from service.store.tables.learning import Run


def start(runtime: Runtime, caller: Caller, uid: UUID) -> Run:
    """Start a cycle now, or join the one in flight."""
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project = projects.get(session, caller.workspace_id, uid, lock=True)
        queued = cycles.queue_cycle(session, project, Stage.RETRAIN, at=now)
        run = queued or runs.find_live(session, project.id, RunKind.CYCLE)
        if run is None:
            raise Conflict("the run in flight ended this moment; ask again")
        receipts.keep(session, caller, run, at=now)
    if queued is not None:
        runtime.queue.start(queued.stage, queued.id)
    return run


def read(runtime: Runtime, caller: Caller, uid: UUID, run_id: UUID) -> Run:
    """Get a run."""
    with runtime.readers() as session:
        project = projects.get(session, caller.workspace_id, uid)
        return runs.get(session, project.id, run_id)


def list_page(
    runtime: Runtime,
    caller: Caller,
    uid: UUID,
    *,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Run]:
    """Runs of a project, newest first."""
    with runtime.readers() as session:
        project = projects.get(session, caller.workspace_id, uid)
        return runs.list_for(session, project.id, before=before, limit=limit)


def cancel(runtime: Runtime, caller: Caller, uid: UUID, run_id: UUID) -> None:
    """Cancel a run that is not over; its labels count again.

    Raises:
        Conflict: it is over, or it makes features that nothing works without.
    """
    caller.require(Role.MANAGER)
    with runtime.sessions.begin() as session:
        project = projects.get(session, caller.workspace_id, uid, lock=True)
        run = runs.get(session, project.id, run_id)
        if run.kind == RunKind.ENCODE:
            raise Conflict("a run of the kind encode cannot be cancelled; delete the items instead")
        if not cycles.cancel(
            session, run, project, at=runtime.now(), reason="cancelled by request"
        ):
            raise Conflict(f"the run is over: it is {run.state}")
