"""Items on the wire."""

from typing import Any

from marshmallow import fields, post_load, pre_dump, validate

from service.domain.contents import NewItem
from service.domain.values import LONGEST_GROUP
from service.schemas.base import KEY, In, Out, PageQuery, Time, not_too_many, page_of
from service.schemas.contents import NotesField, TextField, VectorField

STATES = ("unlabelled", "leased", "labelled", "parked")


class KeyField(TextField):
    """A client's own id of an item."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(validate=KEY, **rest)


class ItemIn(In):
    """An item to register: a key, and what the project's input asks for."""

    key = KeyField(required=True)
    vector = VectorField(metadata={"type": "array", "items": {"type": "number"}})
    text = TextField()
    metadata = NotesField(allow_none=True)
    group = TextField(allow_none=True, validate=validate.Length(max=LONGEST_GROUP))


class ItemsIn(In):
    """Items to register."""

    items = fields.List(fields.Nested(ItemIn), required=True, validate=not_too_many)

    @post_load
    def _values(self, data: dict[str, Any], **_: Any) -> list[NewItem]:
        return [
            NewItem(
                key=item["key"],
                text=item.get("text"),
                vector=item.get("vector"),
                metadata=item.get("metadata"),
                group=item.get("group"),
            )
            for item in data["items"]
        ]


class RegisteredOut(Out):
    """What became of the items sent."""

    registered = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)


class ItemsQuery(PageQuery):
    """Which items."""

    state = fields.String(load_default=None, validate=validate.OneOf(STATES))


class ItemLabelOut(Out):
    """A current label of an item."""

    id = fields.UUID()
    value = fields.String(allow_none=True)
    skip = fields.Boolean()
    annotator = fields.String()
    at = Time()


class ServedOut(Out):
    """One time that an item was served."""

    batch = fields.UUID(attribute="batch_id")
    annotator = fields.String()
    at = Time()
    reason = fields.String()
    ranking = fields.Integer(allow_none=True)
    version = fields.Integer(allow_none=True)


class PredictionOut(Out):
    """What the version in use says of an item."""

    label = fields.String()
    confidence = fields.Float()
    probabilities = fields.Dict(keys=fields.String(), values=fields.Float())


class ItemOut(Out):
    """An item in a list."""

    key = fields.String()
    state = fields.String()
    metadata = fields.Dict()
    group = fields.String(allow_none=True)
    registered_at = Time()

    @pre_dump
    def _flatten(self, view: Any, **_: Any) -> dict[str, Any]:
        row = view.row
        return {
            "key": row.key,
            "state": view.state,
            "metadata": row.notes or {},
            "group": row.group,
            "registered_at": row.registered_at,
            "text": view.text,
            "labels": [
                {
                    "id": label.id,
                    "value": None if label.value is None else view.classes[label.value],
                    "skip": label.value is None,
                    "annotator": label.annotator,
                    "at": label.at,
                }
                for label, _ in view.labels
            ],
            "history": view.history,
            "prediction": view.prediction,
        }


class ItemDetailOut(ItemOut):
    """An item with all that is known of it; history and prediction for managers."""

    text = fields.String(allow_none=True)
    labels = fields.List(fields.Nested(ItemLabelOut))
    history = fields.List(fields.Nested(ServedOut))
    prediction = fields.Nested(PredictionOut, allow_none=True)


ItemPageOut = page_of(ItemOut)
