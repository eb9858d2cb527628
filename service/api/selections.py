"""The log of what was served, over HTTP."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pyarrow as pa
from flask import Response

from service.actions import selections
from service.api import exports, paging
from service.api.answers import answers
from service.api.edge import Blueprint, caller, needs, runtime
from service.domain.catalogue import Role
from service.schemas.base import PageQuery
from service.schemas.selections import SelectionOut, SelectionPageOut

blueprint = Blueprint(
    "selections",
    __name__,
    url_prefix="/v1/projects/<uuid:project_id>/selections",
    description="Every item ever served, with why and how likely that was.",
)

_KINDS: dict[str, pa.DataType] = {
    "batch": pa.string(),
    "position": pa.int32(),
    "key": pa.string(),
    "annotator": pa.string(),
    "reason": pa.string(),
    "strategy": pa.string(),
    "score": pa.float64(),
    "probability_of_selection": pa.float64(),
    "version": pa.int32(),
    "ranking": pa.int32(),
    "at": pa.string(),
    "label": pa.string(),
    "skip": pa.bool_(),
}


def _columns(rows: Sequence[dict[str, Any]]) -> list[list[Any]]:
    """Columns hold one kind of value: a deterministic choice has no probability."""
    columns = {name: [row[name] for row in rows] for name in _KINDS}
    chances = columns["probability_of_selection"]
    columns["probability_of_selection"] = [
        None if chance == "deterministic" else chance for chance in chances
    ]
    return list(columns.values())


_SHEET = exports.Sheet[list[dict[str, Any]]](
    schema=pa.schema(list(_KINDS.items())), columns=_columns, objects=lambda rows: rows
)


@blueprint.get("")
@needs(Role.MANAGER)
@blueprint.arguments(PageQuery, location="query")
@answers(blueprint, 200, SelectionPageOut)
def list_selections(query: dict[str, Any], project_id: UUID) -> dict[str, Any] | Response:
    """List what was served, newest first; all of it as NDJSON, CSV or Parquet if `Accept` asks for
    that. In CSV and Parquet a choice that was deterministic has no probability."""
    wanted = exports.wanted()
    if wanted is not None:
        stretches = selections.export(runtime(), caller(), project_id)
        dumper = SelectionOut(many=True)
        return exports.answer(_SHEET, (dumper.dump(each) for each in stretches), wanted)
    before, limit = paging.number(query["cursor"]), query["limit"]
    rows = selections.list_page(runtime(), caller(), project_id, before=before, limit=limit)
    return paging.page(rows, limit, lambda view: view.row.id)
