"""What an upload that broke off has written, taken away again."""

from uuid import UUID

import structlog

from service.domain.runs import RunKind, RunState, Stage
from service.runtime import Runtime
from service.store import arrivals, cycles, projects, runs, upload_parts, uploads
from service.store.tables.learning import Run
from workers.stages import Message

log = structlog.get_logger(__name__)

ROWS_AT_ONCE = 4096


def run(runtime: Runtime, run_id: UUID) -> list[Message]:
    """Delete its items, a stretch at a time; how often this runs makes no difference."""
    with runtime.readers() as session:
        row = session.get_one(Run, run_id)
        reserved = [part for part in upload_parts.list_for(session, run_id) if part.fresh]
    if row.state not in (RunState.FAILED, RunState.CANCELLED):
        return []
    gone = 0
    for part in reserved:
        first = part.first_position or 0
        for at in range(first, first + part.fresh, ROWS_AT_ONCE):
            end = min(at + ROWS_AT_ONCE, first + part.fresh)
            gone += _take_away(runtime, row.project_id, first=at, end=end)
    log.info("undone", run=str(run_id), items=gone)
    return _end(runtime, row)


def _take_away(runtime: Runtime, project_id: int, *, first: int, end: int) -> int:
    with runtime.sessions.begin() as session:
        project = projects.find_live(session, project_id, lock=True)
        if project is None:
            return 0
        now = runtime.now()
        return arrivals.take_away_stretch(session, project, first=first, end=end, at=now)


def _end(runtime: Runtime, run: Run) -> list[Message]:
    """Let what waits behind its positions be encoded; what it taught is unlearnt."""
    now = runtime.now()
    found: list[Run | None] = []
    with runtime.sessions.begin() as session:
        uploads.find_many(session, [run.id])[run.id].is_reserving = False
        project = projects.find_live(session, run.project_id, lock=True)
        if project is not None:
            found.append(cycles.queue_if_due(session, project, at=now))
            if upload_parts.ready_until(session, project) > project.encoded:
                kind, stage = RunKind.ENCODE, Stage.ENCODE
                found.append(runs.queue_up(session, project.id, kind, stage, at=now))
    return [(Stage(each.stage), (each.id,)) for each in found if each is not None]
