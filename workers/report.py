"""Evidence into the report of a project, replaced whole."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from service.domain.runs import RunState
from service.runtime import Runtime
from service.store import checks, projects, reports, runs, spots, versions
from service.store.tables.learning import Run
from service.store.tables.reports import Report
from workers import stages
from workers.pool import heldout
from workers.pool import said as files
from workers.reporting import document, material
from workers.reporting.document import Made
from workers.reporting.material import Material
from workers.stages import Message, Superseded

log = structlog.get_logger(__name__)


def run(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Make the report from what is known now; nobody waits for it."""
    began = runtime.now()
    with runtime.snapshots() as session:
        project = projects.find_live(session, run.project_id)
        if project is None:
            raise Superseded
        found = material.load(session, project)
    if found is None:
        return _end(runtime, run)
    return _save(runtime, run, found, document.make(runtime, found), began=began)


def _end(runtime: Runtime, run: Run) -> Sequence[Message]:
    """End a run of a project of which nothing can be said; the next ranking asks for another."""
    with runtime.sessions.begin() as session:
        _, held = stages.hold(session, run)
        reason = "no version has scored the pool yet"
        runs.move(session, held, now=runtime.now(), state=RunState.DONE, reason=reason)
    return []


def _save(
    runtime: Runtime, run: Run, found: Material, made: Made, *, began: datetime
) -> Sequence[Message]:
    now, more = runtime.now(), None
    digest = runtime.blobs.put(files.encode(made.said)) if len(made.said.positions) else None
    without = runtime.blobs.put(heldout.pack(made.held_out)) if made.held_out else None
    report = Report(
        project_id=found.project.id,
        document=made.document,
        ranking=found.ranking.number,
        events_seen=found.project.label_events,
        made_at=now,
    )
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        if digest is not None:
            version = found.version
            reports.keep_said(session, version.id, said=digest, population=found.population)
        if without is not None:
            versions.keep_held_out(session, found.version.id, without)
        checks.add(session, made.checks)
        if made.spots is not None:
            spots.replace(session, project.id, made.spots)
        reports.put(session, report)
        # What came before this attempt was no work that the next report has to rest after.
        runs.move(session, held, now=now, state=RunState.DONE, since=began, reason=None)
        if material.scan_of(session, project) != found.scan:  # others came in use meanwhile
            more = reports.queue_up(session, project, at=now)
    log.info("reported", run=str(run.id), version=found.version.number)
    return [(more.stage, (more.id,))] if more is not None else []
