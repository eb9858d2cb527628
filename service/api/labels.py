"""Labels over HTTP."""

from typing import Any
from uuid import UUID

import pyarrow as pa
from flask import Response, request

from service.actions import labels
from service.actions.posts import Recorded
from service.api import exports, paging
from service.api.answers import answers
from service.api.edge import Blueprint, caller, needs, runtime
from service.domain.catalogue import Role
from service.domain.requests import NewLabel
from service.schemas.labels import LabelOut, LabelPageOut, LabelsIn, LabelsQuery, RecordedOut

blueprint = Blueprint(
    "labels",
    __name__,
    url_prefix="/v1/projects/<uuid:project_id>/labels",
    description="What people said.",
)


def _location(body: Any) -> dict[str, str]:
    run = body["run"]
    runs = request.path.removesuffix("labels") + "runs"
    return {} if run is None else {"Location": f"{runs}/{run['id']}"}


_NAMES = ("id", "key", "value", "skip", "annotator", "at", "batch", "reason")
_SHEET = exports.Sheet[list[dict[str, Any]]](
    schema=pa.schema([(name, pa.bool_() if name == "skip" else pa.string()) for name in _NAMES]),
    columns=lambda rows: [[row[name] for row in rows] for name in _NAMES],
    objects=lambda rows: rows,
)


@blueprint.post("")
@needs(Role.ANNOTATOR, seeks_project=True)
@blueprint.arguments(LabelsIn)
@answers(blueprint, 202, RecordedOut, _location)
def record_labels(new: list[NewLabel], project_id: UUID) -> Recorded:
    """Record labels; a new cycle starts once enough have come in."""
    return labels.record(runtime(), caller(), project_id, new)


@blueprint.get("")
@needs(Role.READER)
@blueprint.arguments(LabelsQuery, location="query")
@answers(blueprint, 200, LabelPageOut)
def list_labels(query: dict[str, Any], project_id: UUID) -> dict[str, Any] | Response:
    """List current labels; all of them as NDJSON, CSV or Parquet if `Accept` asks for that."""
    train_only = query["set"] == "train"
    wanted = exports.wanted()
    if wanted is not None:
        stretches = labels.export(runtime(), caller(), project_id, train_only=train_only)
        dumper = LabelOut(many=True)
        return exports.answer(_SHEET, (dumper.dump(stretch) for stretch in stretches), wanted)
    rows, last = labels.list_page(
        runtime(),
        caller(),
        project_id,
        train_only=train_only,
        after=paging.number(query["cursor"]),
        limit=query["limit"],
    )
    return paging.linked(rows, paging.number_cursor(last))


@blueprint.delete("/<uuid:label_id>")
@needs(Role.ANNOTATOR)
@blueprint.response(204)
def retract_label(project_id: UUID, label_id: UUID) -> Response:
    """Take a label back."""
    labels.retract(runtime(), caller(), project_id, label_id)
    return Response(status=204)
