"""The report of a project, read as the workers left it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from service.actions.access import Caller
from service.domain import reports as words
from service.runtime import Runtime
from service.store import projects, reports, training


@dataclass(frozen=True, kw_only=True)
class ReportView:
    """A report, with how stale it is."""

    document: Mapping[str, Any]
    made_at: datetime | None
    labels_since: int


def read(runtime: Runtime, caller: Caller, uid: UUID) -> ReportView:
    """Get the report; before there is one, every figure is null, and says why."""
    with runtime.readers() as session:
        project = projects.get(session, caller.workspace_id, uid)
        report = reports.find(session, project.id)
        if report is not None:
            return ReportView(
                document=report.document,
                made_at=report.made_at,
                labels_since=max(0, project.label_events - report.events_seen),
            )
        count = training.count_reserved(session, project)
        detail = words.NO_VERSION if project.version_id is None else words.NOT_YET
    empty = words.empty(audit_labels=count, detail=detail)
    return ReportView(document=empty, made_at=None, labels_since=project.label_events)
