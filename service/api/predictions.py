"""Predictions of the pool over HTTP."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import pyarrow as pa
from flask import Response
from werkzeug.exceptions import UnsupportedMediaType

from service.actions import predictions, scores
from service.actions.prediction_blocks import Block
from service.actions.predictions import Exported
from service.actions.runs import RunView
from service.api import exports, paging, streams
from service.api.answers import Answer, answers, run_located
from service.api.edge import Blueprint, caller, needs, runtime
from service.api.exports import Sheet
from service.api.streams import Body
from service.domain.catalogue import Role
from service.schemas.base import PageQuery
from service.schemas.predictions import PoolPredictionPageOut
from service.schemas.runs import RunOut

blueprint = Blueprint(
    "predictions",
    __name__,
    url_prefix="/v1/projects/<uuid:project_id>/predictions",
    description="What the version behind the ranking in use says of the pool.",
)


@blueprint.get("")
@needs(Role.READER)
@blueprint.arguments(PageQuery, location="query")
@answers(blueprint, 200, PoolPredictionPageOut)
def list_predictions(query: dict[str, Any], project_id: UUID) -> dict[str, Any] | Response:
    """List predictions in order of registration; all of them as NDJSON, CSV or Parquet if
    `Accept` asks for that. Items that are not scored yet are left out."""
    wanted = exports.wanted()
    if wanted is not None:
        exported = predictions.export(runtime(), caller(), project_id)
        return exports.answer(_sheet(exported), exported.blocks, wanted)
    rows, last = predictions.list_page(
        runtime(),
        caller(),
        project_id,
        after=paging.number(query["cursor"]),
        limit=query["limit"],
    )
    return paging.linked(rows, paging.number_cursor(last))


def _receive(body: Body, media_type: str, project_id: UUID) -> RunView:
    return scores.receive(runtime(), caller(), project_id, body, media_type=media_type)


@blueprint.put("")
@needs(Role.MANAGER)
@blueprint.response(202, RunOut)
@streams.or_stream(_receive, Answer(202, RunOut, run_located))
def bring_predictions(project_id: UUID) -> Response:
    """Bring the probabilities of your own model, for some items or all: each line a `key` and
    `probabilities` (class to number); in Arrow `probabilities` is a list in the order of the
    classes, or there is a column for each class. What was brought before for other items stays."""
    scores.check(runtime(), caller(), project_id)
    raise UnsupportedMediaType(f"the body must be {' or '.join(streams.MEDIA_TYPES)}")


def _sheet(exported: Exported) -> Sheet[Block]:
    """Files have a column for each class, lines an object."""
    classes, version = exported.classes, exported.version
    schema = pa.schema(
        [("key", pa.string()), ("label", pa.string()), ("confidence", pa.float32())]
        + [(f"probability.{name}", pa.float32()) for name in classes]
        + [("version", pa.int32())]
    )

    def columns(block: Block) -> Sequence[Sequence[Any]]:
        versions = [version] * len(block.keys)
        return [block.keys, block.labels, block.confidences, *block.columns, versions]

    def objects(block: Block) -> Iterator[dict[str, Any]]:
        rows = zip(*block.columns, strict=True)
        for key, label, sure, row in zip(
            block.keys, block.labels, block.confidences, rows, strict=True
        ):
            yield {
                "key": key,
                "label": label,
                "confidence": sure,
                "probabilities": dict(zip(classes, row, strict=True)),
                "version": version,
            }

    return Sheet(schema=schema, columns=columns, objects=objects)
