"""Probabilities of the client's own model: received, and taken in by a worker."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from service.actions.access import Caller
from service.actions.runs import RunView
from service.domain.catalogue import InputType
from service.domain.runs import RunKind, Stage
from service.errors import Conflict, retry_after
from service.runtime import Runtime
from service.store import projects, runs, uploads
from service.store.tables.pool import Project


def receive(
    runtime: Runtime, caller: Caller, uid: UUID, body: Iterable[bytes], *, media_type: str
) -> RunView:
    """Keep a body that is never whole in memory, and queue the run that takes it in.

    Raises:
        Conflict: the project has a model here, or takes in what was brought before.
    """
    check(runtime, caller, uid)
    digest = runtime.blobs.receive(body)
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project = projects.get(session, caller.workspace_id, uid, lock=True)
        _check(session, project)
        run = runs.queue_up(session, project.id, RunKind.INGEST, Stage.SCORES, at=now)
        if run is None:
            raise Conflict("the upload could not be queued; send it again")
        upload = uploads.add(session, run.id, blob=digest, media_type=media_type)
    runtime.queue.start(run.stage, run.id)
    return RunView(row=run, upload=upload)


def check(runtime: Runtime, caller: Caller, uid: UUID) -> None:
    """Look whether scores can be brought, before they are.

    Raises:
        Conflict: they cannot.
    """
    with runtime.readers() as session:
        _check(session, projects.get(session, caller.workspace_id, uid))


def _check(session: Session, project: Project) -> None:
    if project.input_type != InputType.SCORES:
        raise Conflict(
            "the predictions of this project are made here; "
            "make one of input.type scores to bring those of your own model"
        )
    # One after the other: a later upload goes on where the one before it ended.
    run = uploads.find_run_at(session, project.id, Stage.SCORES)
    if run is not None:
        raise Conflict(
            f"the upload before is still being taken in; send this one when run {run.id} is done",
            headers=retry_after(1),
        )
