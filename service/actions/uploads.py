"""Uploads of any size: received as they come, taken in by the workers."""

from collections.abc import Iterable
from uuid import UUID

from service.actions import receipts
from service.actions.access import Caller
from service.actions.runs import RunView
from service.domain.runs import RunKind, Stage
from service.errors import Conflict
from service.runtime import Runtime
from service.store import projects, runs, uploads


def receive(
    runtime: Runtime, caller: Caller, uid: UUID, body: Iterable[bytes], *, media_type: str
) -> RunView:
    """Keep a body that is never whole in memory, and queue the run that takes it in.

    Whatever breaks off while it comes leaves nothing.
    """
    digest = runtime.blobs.receive(body)
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project = projects.get(session, caller.workspace_id, uid)
        run = runs.queue_up(session, project.id, RunKind.INGEST, Stage.INGEST, at=now)
        if run is None:
            raise Conflict("the upload could not be queued; send it again")
        view = RunView(
            row=run, upload=uploads.add(session, run.id, blob=digest, media_type=media_type)
        )
        receipts.keep(session, caller, view, at=now)
    runtime.queue.start(run.stage, run.id)
    return view
