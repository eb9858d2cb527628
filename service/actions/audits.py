"""The end of an audit: its reserve is given to training in one step."""

from dataclasses import dataclass
from uuid import UUID

from service.actions import receipts
from service.actions.access import Caller
from service.domain.catalogue import InputType, Role
from service.errors import Conflict
from service.runtime import Runtime
from service.store import cycles, projects, reserves, training
from service.store.tables.learning import Run


@dataclass(frozen=True, kw_only=True)
class Released:
    """What training gets, and the cycle that begins to use it."""

    items: int
    labelled: int
    run: Run | None


def release(runtime: Runtime, caller: Caller, uid: UUID) -> Released:
    """Release the audit reserve: no later version can be judged by its items.

    Raises:
        Conflict: nothing is reserved.
    """
    caller.require(Role.MANAGER)
    now = runtime.now()
    with runtime.sessions.begin() as session:
        project = projects.get(session, caller.workspace_id, uid, lock=True)
        if not project.audit_threshold:
            raise Conflict("there is no audit reserve to release: nothing is set aside")
        items = projects.count_reserved(session, project)
        labelled = training.count_reserved(session, project)
        reserves.release(session, project, at=now)
        if labelled and project.input_type != InputType.SCORES:
            project.retrain_asked = True
        run = cycles.queue_if_due(session, project, at=now)
        answer = Released(items=items, labelled=labelled, run=run)
        receipts.keep(session, caller, answer, at=now)
    if run is not None:
        runtime.queue.start(run.stage, run.id)
    return answer
