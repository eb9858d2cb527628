"""Versions over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response, send_file

from service.actions import versions
from service.api import paging
from service.api.answers import answers
from service.api.edge import Blueprint, caller, needs, runtime
from service.domain.catalogue import Role
from service.schemas.base import PageQuery
from service.schemas.versions import VersionOut, VersionPageOut
from service.store.tables.learning import Version

blueprint = Blueprint(
    "versions",
    __name__,
    url_prefix="/v1/projects/<uuid:project_id>/versions",
    description="Fitted estimators.",
)


@blueprint.get("")
@needs(Role.READER)
@blueprint.arguments(PageQuery, location="query")
@answers(blueprint, 200, VersionPageOut)
def list_versions(query: dict[str, Any], project_id: UUID) -> dict[str, Any]:
    """List versions, newest first."""
    before, limit = paging.number(query["cursor"]), query["limit"]
    rows = versions.list_page(runtime(), caller(), project_id, before=before, limit=limit)
    return paging.page(rows, limit, lambda version: version.number)


@blueprint.get("/<int(max=2147483647):number>")
@needs(Role.READER)
@answers(blueprint, 200, VersionOut)
def get_version(project_id: UUID, number: int) -> Version:
    """Get a version."""
    return versions.read(runtime(), caller(), project_id, number)


@blueprint.put("/<int(max=2147483647):number>/pin")
@needs(Role.MANAGER)
@answers(blueprint, 200, VersionOut)
def pin_version(project_id: UUID, number: int) -> Version:
    """Put a version in use, and keep newer ones out until it is unpinned."""
    return versions.pin(runtime(), caller(), project_id, number)


@blueprint.delete("/<int(max=2147483647):number>/pin")
@needs(Role.MANAGER)
@blueprint.response(204)
def unpin_version(project_id: UUID, number: int) -> Response:
    """Go back to the newest version; 409 if another version is pinned, or none."""
    versions.unpin(runtime(), caller(), project_id, number)
    return Response(status=204)


@blueprint.get("/<int(max=2147483647):number>/model")
@needs(Role.MANAGER)
@blueprint.response(
    200, {"type": "string", "format": "binary"}, content_type="application/octet-stream"
)
def download_model(project_id: UUID, number: int) -> Response:
    """Download a fitted estimator: arrays, or skops' audited format; never pickle."""
    path = versions.model_file(runtime(), caller(), project_id, number)
    return send_file(
        path,
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=f"version-{number}.model",
        etag=path.name,
    )
