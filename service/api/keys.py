"""API keys over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response

from service.actions import keys
from service.actions.keys import KeyView
from service.api import paging
from service.api.answers import answers
from service.api.edge import Blueprint, caller, needs, runtime
from service.domain.catalogue import Role
from service.schemas.base import PageQuery
from service.schemas.keys import KeyIn, KeyPageOut, NewKeyOut

blueprint = Blueprint(
    "keys", __name__, url_prefix="/v1/keys", description="What opens a workspace."
)


@blueprint.post("")
@needs(Role.ADMIN)
@blueprint.arguments(KeyIn)
@answers(blueprint, 201, NewKeyOut)
def create_key(new: dict[str, Any]) -> KeyView:
    """Make a key; its secret is shown this once, also if the request is repeated."""
    return keys.create(
        runtime(), caller(), name=new["name"], role=new["role"], project_uids=new["projects"]
    )


@blueprint.get("")
@needs(Role.ADMIN)
@blueprint.arguments(PageQuery, location="query")
@answers(blueprint, 200, KeyPageOut)
def list_keys(query: dict[str, Any]) -> dict[str, Any]:
    """List the keys of the workspace, oldest first."""
    after, limit = paging.moment(query["cursor"]), query["limit"]
    views = keys.list_page(runtime(), caller(), after=after, limit=limit)
    return paging.page(views, limit, lambda view: (view.created_at, view.id))


@blueprint.delete("/<uuid:key_id>")
@needs(Role.ADMIN)
@blueprint.response(204)
def revoke_key(key_id: UUID) -> Response:
    """Revoke a key."""
    keys.revoke(runtime(), caller(), key_id)
    return Response(status=204)
