"""Runs over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response

from service.actions import runs
from service.actions.runs import RunView
from service.api import paging
from service.api.answers import answers, located
from service.api.edge import Blueprint, caller, needs, runtime
from service.domain.catalogue import Role
from service.schemas.base import PageQuery
from service.schemas.runs import RunIn, RunOut, RunPageOut

blueprint = Blueprint(
    "runs",
    __name__,
    url_prefix="/v1/projects/<uuid:project_id>/runs",
    description="What the workers do.",
)


@blueprint.post("")
@needs(Role.MANAGER)
@blueprint.arguments(RunIn)
@answers(blueprint, 202, RunOut, located)
def start_run(_: dict[str, Any], project_id: UUID) -> RunView:
    """Start a cycle now, or join the one in flight."""
    return runs.start(runtime(), caller(), project_id)


@blueprint.get("")
@needs(Role.READER)
@blueprint.arguments(PageQuery, location="query")
@answers(blueprint, 200, RunPageOut)
def list_runs(query: dict[str, Any], project_id: UUID) -> dict[str, Any]:
    """List runs, newest first."""
    before, limit = paging.moment(query["cursor"]), query["limit"]
    rows = runs.list_page(runtime(), caller(), project_id, before=before, limit=limit)
    return paging.page(rows, limit, lambda view: (view.row.created_at, view.row.id))


@blueprint.get("/<uuid:run_id>")
@needs(Role.READER)
@answers(blueprint, 200, RunOut)
def get_run(project_id: UUID, run_id: UUID) -> RunView:
    """Get a run: how far it is, or how it ended and why."""
    return runs.read(runtime(), caller(), project_id, run_id)


@blueprint.delete("/<uuid:run_id>")
@needs(Role.MANAGER)
@blueprint.response(204)
def cancel_run(project_id: UUID, run_id: UUID) -> Response:
    """Cancel a run; the labels it looked at count again, the items it wrote go."""
    runs.cancel(runtime(), caller(), project_id, run_id)
    return Response(status=204)
