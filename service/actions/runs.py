"""Runs: started by hand, watched, cancelled."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from service.actions import receipts
from service.actions.access import Caller
from service.domain.catalogue import InputType, Role
from service.domain.runs import RunKind, Stage
from service.errors import Conflict
from service.runtime import Runtime
from service.store import cycles, projects, runs, uploads
from service.store.tables.learning import Run
from service.store.tables.pool import Project
from service.store.tables.uploads import Upload


@dataclass(frozen=True, kw_only=True)
class RunView:
    """A run, and the upload that it takes in if it is of the kind `ingest`."""

    row: Run
    upload: Upload | None = None


def start(runtime: Runtime, caller: Caller, uid: UUID) -> RunView:
    """Start a cycle now, or join the one in flight; features that are missing are made as well."""
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project = projects.get(session, caller.workspace_id, uid, lock=True)
        queued = cycles.queue_cycle(session, project, _first_stage(project), at=now)
        run = queued or runs.find_live(session, project.id, RunKind.CYCLE)
        if run is None:
            raise Conflict("the run in flight ended this moment; ask again")
        encode = None
        if project.encoded < project.next_position:
            encode = runs.queue_up(session, project.id, RunKind.ENCODE, Stage.ENCODE, at=now)
        view = RunView(row=run)
        receipts.keep(session, caller, view, at=now)
    for each in (queued, encode):
        if each is not None:
            runtime.queue.start(each.stage, each.id)
    return view


def _first_stage(project: Project) -> Stage:
    """Where a cycle that was asked for begins."""
    if project.input_type == InputType.SCORES:
        return cycles.without_training(project)
    return Stage.RETRAIN


def read(runtime: Runtime, caller: Caller, uid: UUID, run_id: UUID) -> RunView:
    """Get a run."""
    with runtime.readers() as session:
        project = projects.get(session, caller.workspace_id, uid)
        run = runs.get(session, project.id, run_id)
        return RunView(row=run, upload=uploads.find_many(session, [run.id]).get(run.id))


def list_page(
    runtime: Runtime,
    caller: Caller,
    uid: UUID,
    *,
    before: tuple[datetime, UUID] | None,
    limit: int,
) -> list[RunView]:
    """Runs of a project, newest first."""
    with runtime.readers() as session:
        project = projects.get(session, caller.workspace_id, uid)
        found = runs.list_for(session, project.id, before=before, limit=limit)
        sent = uploads.find_many(session, [run.id for run in found])
        return [RunView(row=run, upload=sent.get(run.id)) for run in found]


def cancel(runtime: Runtime, caller: Caller, uid: UUID, run_id: UUID) -> None:
    """Cancel a run that is not over; its labels count again, its items are taken away.

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
        upload = uploads.find_many(session, [run.id]).get(run.id)
    if upload is not None and upload.is_reserving:
        runtime.queue.start(Stage.UNDO, run_id)
