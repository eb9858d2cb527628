"""Uploads of any size: received as they come, taken in by the workers."""

from collections.abc import Callable, Iterable
from typing import TypeAlias
from uuid import UUID

from sqlalchemy.orm import Session

from service.actions import receipts
from service.actions.access import Caller
from service.actions.runs import RunView
from service.domain.catalogue import InputType
from service.domain.runs import RunKind, Stage
from service.errors import Conflict, Unacceptable
from service.runtime import Runtime
from service.store import projects, runs, uploads
from service.store.tables.pool import Project

Check: TypeAlias = Callable[[Session, Project], None]
"""Raises what keeps a project from taking an upload."""


def receive(
    runtime: Runtime, caller: Caller, uid: UUID, body: Iterable[bytes], *, media_type: str
) -> RunView:
    """Take an upload of items.

    Raises:
        Unacceptable: the items of this project are not uploaded.
    """
    return take(
        runtime,
        caller,
        uid,
        body,
        media_type=media_type,
        stage=Stage.INGEST,
        check=_check,
        lock=False,
    )


def take(
    runtime: Runtime,
    caller: Caller,
    uid: UUID,
    body: Iterable[bytes],
    *,
    media_type: str,
    stage: Stage,
    check: Check,
    lock: bool,
) -> RunView:
    """Keep a body that is never whole in memory, and queue the run that takes it in.

    Whatever breaks off while it comes leaves nothing. It is checked before the body comes and
    again behind it, with a lock on the project where another upload would change the answer.
    """
    with runtime.readers() as session:
        check(session, projects.get(session, caller.workspace_id, uid))
    digest = runtime.blobs.receive(body)
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project = projects.get(session, caller.workspace_id, uid, lock=lock)
        check(session, project)
        run = runs.queue_up(session, project.id, RunKind.INGEST, stage, at=now)
        if run is None:
            raise Conflict("the upload could not be queued; send it again")
        view = RunView(
            row=run, upload=uploads.add(session, run.id, blob=digest, media_type=media_type)
        )
        receipts.keep(session, caller, view, at=now)
    runtime.queue.start(run.stage, run.id)
    return view


def _check(session: Session, project: Project) -> None:
    if project.input_type == InputType.SCORES:
        raise Unacceptable("items of a project of the type scores are registered as JSON")
