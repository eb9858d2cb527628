"""The log of what was served, on the wire."""

from typing import Any

from marshmallow import fields, pre_dump

from service.schemas.base import Out, Time, page_of
from service.schemas.batches import probability


class SelectionOut(Out):
    """One item, served once."""

    batch = fields.UUID()
    position = fields.Integer()
    key = fields.String()
    annotator = fields.String()
    reason = fields.String()
    strategy = fields.String()
    score = fields.Float(allow_none=True)
    probability_of_selection = fields.Raw(
        metadata={"oneOf": [{"type": "number"}, {"const": "deterministic"}]}
    )
    version = fields.Integer(allow_none=True)
    ranking = fields.Integer(allow_none=True)
    at = Time()
    label = fields.String(
        allow_none=True, metadata={"description": "What the annotator says of the item now."}
    )
    skip = fields.Boolean()

    @pre_dump
    def _flatten(self, view: Any, **_: Any) -> dict[str, Any]:
        selection = view.row
        names = ("annotator", "reason", "strategy", "score", "version", "ranking", "at")
        return {name: getattr(selection, name) for name in names} | {
            "batch": selection.batch_id,
            "position": selection.place,
            "key": view.key,
            "label": view.label,
            "skip": view.skip,
            "probability_of_selection": probability(selection.probability),
        }


SelectionPageOut = page_of(SelectionOut)
