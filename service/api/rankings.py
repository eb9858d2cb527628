"""The order in use over HTTP."""

from typing import Any
from uuid import UUID

from service.actions import rankings
from service.api import paging
from service.api.answers import answers
from service.api.edge import Blueprint, caller, needs, runtime
from service.domain.catalogue import Role
from service.schemas.base import PageQuery
from service.schemas.rankings import OrderOut

blueprint = Blueprint(
    "rankings",
    __name__,
    url_prefix="/v1/projects/<uuid:project_id>/ranking",
    description="The order in which items are served.",
)


@blueprint.get("")
@needs(Role.MANAGER)
@blueprint.arguments(PageQuery, location="query")
@answers(blueprint, 200, OrderOut)
def get_ranking(query: dict[str, Any], project_id: UUID) -> dict[str, Any]:
    """The head of the order in use, with reason and score, best first."""
    after, limit = paging.number(query["cursor"]), query["limit"]
    order = rankings.read_order(runtime(), caller(), project_id, after=after, limit=limit)
    return paging.page(order.data, limit, lambda row: row.place, ranking=order.ranking)
