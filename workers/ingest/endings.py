"""How an upload ends that was refused."""

from collections.abc import Sequence

import structlog

from service.domain.runs import RunState
from service.runtime import Runtime
from service.store import runs, uploads
from service.store.tables.learning import Run
from workers import stages
from workers.stages import Message
from workers.uploads.rows import Refusals

log = structlog.get_logger(__name__)


def refuse(runtime: Runtime, run: Run, refusals: Refusals) -> Sequence[Message]:
    """Fail the run, with the rows that are not acceptable; nothing of it was registered."""
    first = refusals.first[0]
    what = "1 row is" if refusals.count == 1 else f"{refusals.count} rows are"
    reason = (
        f"{what} not acceptable, so nothing was registered; "
        f"the first is row {first['row']}: {first['detail']}"
    )
    fail(runtime, run, reason, refusals)
    return []


def fail(runtime: Runtime, run: Run, reason: str, refusals: Refusals | None = None) -> None:
    """Fail the run for what was sent, not for what happened here."""
    with runtime.sessions.begin() as session:
        _, held = stages.hold(session, run)
        upload = uploads.find_many(session, [run.id])[run.id]
        upload.registered, upload.unchanged = 0, 0
        upload.refused = refusals.first if refusals else []
        upload.refused_count = refusals.count if refusals else 0
        runs.move(session, held, now=runtime.now(), state=RunState.FAILED, reason=reason)
    log.info("refused", run=str(run.id), reason=reason)
