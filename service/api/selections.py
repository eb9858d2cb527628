"""The log of what was served, over HTTP."""

from typing import Any
from uuid import UUID

from service.actions import selections
from service.api import paging
from service.api.answers import answers
from service.api.edge import Blueprint, caller, needs, runtime
from service.domain.catalogue import Role
from service.schemas.base import PageQuery
from service.schemas.selections import SelectionPageOut

blueprint = Blueprint(
    "selections",
    __name__,
    url_prefix="/v1/projects/<uuid:project_id>/selections",
    description="Every item ever served, with why and how likely that was.",
)


@blueprint.get("")
@needs(Role.MANAGER)
@blueprint.arguments(PageQuery, location="query")
@answers(blueprint, 200, SelectionPageOut)
def list_selections(query: dict[str, Any], project_id: UUID) -> dict[str, Any]:
    """List what was served, newest first."""
    before, limit = paging.number(query["cursor"]), query["limit"]
    rows = selections.list_page(runtime(), caller(), project_id, before=before, limit=limit)
    return paging.page(rows, limit, lambda row: row[0].id)
