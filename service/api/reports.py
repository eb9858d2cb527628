"""The report over HTTP."""

from uuid import UUID

from service.actions import reports
from service.actions.reports import ReportView
from service.api.answers import answers
from service.api.edge import Blueprint, caller, needs, runtime
from service.domain.catalogue import Role
from service.schemas.reports import ReportOut

blueprint = Blueprint(
    "reports",
    __name__,
    url_prefix="/v1/projects/<uuid:project_id>/report",
    description="How good the model is, where it is blind, and what labels were saved.",
)


@blueprint.get("")
@needs(Role.READER)
@answers(blueprint, 200, ReportOut)
def get_report(project_id: UUID) -> ReportView:
    """Get the report as of the last ranking; `labels_since` says how stale it is."""
    return reports.read(runtime(), caller(), project_id)
