"""Items over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response

from service.actions import items, searches, uploads
from service.actions.items import ItemView, Registered
from service.actions.runs import RunView
from service.api import paging, streams
from service.api.answers import Answer, answers, run_located
from service.api.edge import Blueprint, caller, needs, runtime, waiting
from service.api.streams import Body
from service.domain.catalogue import Role
from service.domain.contents import NewItem
from service.domain.requests import Search
from service.schemas.items import ItemDetailOut, ItemPageOut, ItemsIn, ItemsQuery, RegisteredOut
from service.schemas.runs import RunOut

blueprint = Blueprint(
    "items",
    __name__,
    url_prefix="/v1/projects/<uuid:project_id>/items",
    description="What can be labelled.",
)


def _receive(body: Body, media_type: str, project_id: UUID) -> RunView:
    return uploads.receive(runtime(), caller(), project_id, body, media_type=media_type)


@blueprint.post("")
@needs(Role.MANAGER)
@streams.or_stream(_receive, Answer(202, RunOut, run_located))
@blueprint.arguments(ItemsIn)
@answers(blueprint, 201, RegisteredOut)
def register_items(new: list[NewItem], project_id: UUID) -> Registered:
    """Register up to 1,000 items, or any number as a stream; the same again is `unchanged`."""
    return items.register(runtime(), caller(), project_id, new)


@blueprint.get("")
@needs(Role.READER)
@blueprint.arguments(ItemsQuery, location="query")
@answers(blueprint, 200, ItemPageOut)
def list_items(query: dict[str, Any], project_id: UUID) -> dict[str, Any]:
    """List items in the order of their registration, or look for some by words or likeness."""
    search = Search(after=paging.number(query.pop("cursor")), **query)
    found = searches.find(runtime(), caller(), project_id, search, waiting=waiting())
    return paging.linked(found.items, paging.number_cursor(found.after))


@blueprint.get("/<key:key>")
@needs(Role.READER)
@answers(blueprint, 200, ItemDetailOut)
def get_item(project_id: UUID, key: str) -> ItemView:
    """Get an item; managers also see its prediction, and when and why it was served."""
    return items.read(runtime(), caller(), project_id, key)


@blueprint.delete("/<key:key>")
@needs(Role.MANAGER)
@blueprint.response(204)
def delete_item(project_id: UUID, key: str) -> Response:
    """Delete an item; its key may be registered anew."""
    items.delete(runtime(), caller(), project_id, key)
    return Response(status=204)
