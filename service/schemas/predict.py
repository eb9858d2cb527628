"""Ad-hoc predictions on the wire."""

from typing import Any

from marshmallow import fields, post_load

from service.domain.contents import Question
from service.schemas.base import In, Out, not_too_many
from service.schemas.contents import TextField, VectorField
from service.schemas.items import KeyField, PredictionOut


class QuestionIn(In):
    """An item to predict; it need not be registered."""

    key = KeyField(load_default=None, allow_none=True)
    vector = VectorField(metadata={"type": "array", "items": {"type": "number"}})
    text = TextField()


class QuestionsIn(In):
    """Items to predict."""

    items = fields.List(fields.Nested(QuestionIn), required=True, validate=not_too_many)

    @post_load
    def _values(self, data: dict[str, Any], **_: Any) -> list[Question]:
        return [
            Question(key=item["key"], text=item.get("text"), vector=item.get("vector"))
            for item in data["items"]
        ]


class KeyedPredictionOut(PredictionOut):
    """A prediction for one of the items sent."""

    key = fields.String(allow_none=True)


class PredictedOut(Out):
    """Predictions in the order of the items sent."""

    version = fields.Integer(required=True)
    predictions = fields.List(fields.Nested(KeyedPredictionOut), required=True)
