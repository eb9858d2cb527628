"""Projects over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response, request

from service.actions import projects, versions
from service.actions.projects import ProjectView
from service.api import paging
from service.api.answers import answers
from service.api.edge import Blueprint, caller, needs, runtime
from service.domain.catalogue import Role
from service.domain.projects import ProjectSettings
from service.errors import PreconditionMissing
from service.schemas.base import PageQuery
from service.schemas.project_views import ProjectOut, ProjectPageOut
from service.schemas.projects import ProjectChangeIn, ProjectIn

blueprint = Blueprint(
    "projects", __name__, url_prefix="/v1/projects", description="Questions asked about pools."
)


def _tagged(body: Any) -> dict[str, str]:
    return {"ETag": projects.etag_of(body["revision"])}


def _made(body: Any) -> dict[str, str]:
    return {"Location": f"/v1/projects/{body['id']}"} | _tagged(body)


@blueprint.post("")
@needs(Role.MANAGER)
@blueprint.arguments(ProjectIn)
@answers(blueprint, 201, ProjectOut, _made)
def create_project(settings: ProjectSettings) -> ProjectView:
    """Make a project."""
    return projects.create(runtime(), caller(), settings)


@blueprint.get("")
@needs(Role.READER)
@blueprint.arguments(PageQuery, location="query")
@answers(blueprint, 200, ProjectPageOut)
def list_projects(query: dict[str, Any]) -> dict[str, Any]:
    """List the projects that the key may see, oldest first."""
    after, limit = paging.number(query["cursor"]), query["limit"]
    views = projects.list_page(runtime(), caller(), after=after, limit=limit)
    return paging.page(views, limit, lambda view: view.row.id)


@blueprint.get("/<uuid:project_id>")
@needs(Role.READER)
@answers(blueprint, 200, ProjectOut, _tagged)
def get_project(project_id: UUID) -> ProjectView:
    """Get a project, its counts, and the version and ranking in use."""
    return projects.read(runtime(), caller(), project_id)


@blueprint.patch("/<uuid:project_id>")
@needs(Role.MANAGER)
@blueprint.arguments(ProjectChangeIn)
@answers(blueprint, 200, ProjectOut, _tagged)
def change_project(changes: dict[str, Any], project_id: UUID) -> ProjectView:
    """Change settings; `If-Match` must carry the ETag that was read."""
    return projects.change(runtime(), caller(), project_id, changes, etag=_if_match())


@blueprint.delete("/<uuid:project_id>")
@needs(Role.MANAGER)
@blueprint.response(204)
def delete_project(project_id: UUID) -> Response:
    """Delete a project with all that is in it; `If-Match` must carry the ETag that was read."""
    projects.delete(runtime(), caller(), project_id, etag=_if_match())
    return Response(status=204)


@blueprint.delete("/<uuid:project_id>/pin")
@needs(Role.MANAGER)
@blueprint.response(204)
def unpin_project(project_id: UUID) -> Response:
    """Go back to the newest version, whichever is pinned."""
    versions.unpin(runtime(), caller(), project_id, None)
    return Response(status=204)


def _if_match() -> str:
    etag = request.headers.get("If-Match")
    if etag is None:
        raise PreconditionMissing("send If-Match with the ETag of the project as you read it")
    return etag
