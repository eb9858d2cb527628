"""Workspaces over HTTP."""

from typing import Any

from service.actions import workspaces
from service.actions.workspaces import WorkspaceView
from service.api import paging
from service.api.answers import answers
from service.api.edge import Blueprint, caller, needs, runtime
from service.domain.catalogue import Role
from service.schemas.base import PageQuery
from service.schemas.workspaces import NewWorkspaceOut, WorkspaceIn, WorkspacePageOut

blueprint = Blueprint(
    "workspaces",
    __name__,
    url_prefix="/v1/workspaces",
    description="Tenants; managed by admins of the first one.",
)


@blueprint.post("")
@needs(Role.ADMIN)
@blueprint.arguments(WorkspaceIn)
@answers(blueprint, 201, NewWorkspaceOut)
def create_workspace(new: dict[str, Any]) -> WorkspaceView:
    """Make a workspace; its admin key is shown this once, also if the request is repeated."""
    return workspaces.create(runtime(), caller(), name=new["name"])


@blueprint.get("")
@needs(Role.ADMIN)
@blueprint.arguments(PageQuery, location="query")
@answers(blueprint, 200, WorkspacePageOut)
def list_workspaces(query: dict[str, Any]) -> dict[str, Any]:
    """List all workspaces, oldest first."""
    after, limit = paging.moment(query["cursor"]), query["limit"]
    views = workspaces.list_page(runtime(), caller(), after=after, limit=limit)
    return paging.page(views, limit, lambda view: (view.created_at, view.id))
