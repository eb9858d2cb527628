"""Evidence into the report of a project, replaced whole."""

from collections.abc import Sequence
from typing import Any

import structlog

from service.domain import reports as nulls
from service.domain.runs import RunState
from service.runtime import Runtime
from service.store import projects, reports, runs
from service.store.tables.learning import Run
from service.store.tables.reports import Report
from workers import stages
from workers.learning import reserve
from workers.learning.reserve import Evidence, Said
from workers.pool import predicted
from workers.pool import said as files
from workers.reporting import delivered, material, quality
from workers.reporting.material import Material
from workers.stages import Message, Superseded

log = structlog.get_logger(__name__)


def run(runtime: Runtime, run: Run) -> Sequence[Message]:
    """Make the report from what is known now; nobody waits for it."""
    with runtime.readers() as session:
        project = projects.find_live(session, run.project_id)
        if project is None:
            raise Superseded
        found = material.load(session, project)
    if found is None:
        return _end(runtime, run)
    said = _said(runtime, found)
    return _save(runtime, run, found, said, _document(runtime, found, said))


def _said(runtime: Runtime, found: Material) -> Said:
    """What the version says of the reserve."""
    positions = found.reserve.positions.copy()
    positions.sort()
    classes = len(found.version.classes)
    return predicted.said(runtime.blobs, found.scored, positions, classes=classes)


def _document(runtime: Runtime, found: Material, said: Said) -> dict[str, Any]:
    evidence = reserve.judged(found.reserve, said)
    project = found.project
    document = nulls.empty(audit_labels=len(evidence.truth), detail=nulls.LATER)
    return document | {
        "quality": quality.section(found, evidence, seed=project.seed),
        "curve": _curve(runtime, found, evidence),
        "delivered": delivered.section(
            evidence, items=project.item_count, labelled=project.labelled_count
        ),
    }


def _curve(runtime: Runtime, found: Material, now: Evidence) -> list[dict[str, Any]]:
    """The versions so far; as it was, once the reserve is released."""
    if not found.project.audit_threshold:
        return found.before["curve"] if found.before else []
    points = [
        (reserve.judged(found.reserve, files.read(runtime.blobs.path(kept.said))), version)
        for kept, version in quality.thinned(found.audited)
        if version.id != found.version.id
    ]
    points.append((now, found.version))
    points.sort(key=lambda point: point[1].number)
    return quality.curve([(each, version.number, version.labels) for each, version in points])


def _end(runtime: Runtime, run: Run) -> Sequence[Message]:
    """End a run of a project of which nothing can be said; the next ranking asks for another."""
    with runtime.sessions.begin() as session:
        _, held = stages.hold(session, run)
        reason = "no version has scored the pool yet"
        runs.move(session, held, now=runtime.now(), state=RunState.DONE, reason=reason)
    return []


def _save(
    runtime: Runtime, run: Run, found: Material, said: Said, document: dict[str, Any]
) -> Sequence[Message]:
    now = runtime.now()
    digest = runtime.blobs.put(files.encode(said)) if len(said.positions) else None
    with runtime.sessions.begin() as session:
        project, held = stages.hold(session, run)
        if digest is not None:
            reports.keep_said(session, found.version.id, said=digest, population=found.population)
        reports.put(
            session,
            Report(
                project_id=project.id,
                document=document,
                ranking=found.ranking.number,
                events_seen=found.project.label_events,
                made_at=now,
            ),
        )
        runs.move(session, held, now=now, state=RunState.DONE, reason=None)
        more = None
        if material.scan_of(session, project) != found.scan:  # another came in use meanwhile
            more = reports.queue_up(session, project, at=now)
    log.info("reported", run=str(run.id), version=found.version.number)
    return [(more.stage, (more.id,))] if more is not None else []
