"""Probabilities of the client's own model: received, and taken in by a worker."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy.orm import Session

from service.actions import uploads
from service.actions.access import Caller
from service.actions.runs import RunView
from service.domain.catalogue import InputType
from service.domain.runs import Stage
from service.errors import Conflict, retry_after
from service.runtime import Runtime
from service.store import projects
from service.store.tables.pool import Project
from service.store.uploads import find_run_at


def receive(
    runtime: Runtime, caller: Caller, uid: UUID, body: Iterable[bytes], *, media_type: str
) -> RunView:
    """Take an upload of probabilities.

    Raises:
        Conflict: the project has a model here, or takes in what was brought before.
    """
    return uploads.take(
        runtime,
        caller,
        uid,
        body,
        media_type=media_type,
        stage=Stage.SCORES,
        check=_check,
        lock=True,
    )


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
    run = find_run_at(session, project.id, Stage.SCORES)
    if run is not None:
        raise Conflict(
            f"the upload before is still being taken in; send this one when run {run.id} is done",
            headers=retry_after(1),
        )
