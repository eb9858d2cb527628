"""Items on the wire."""

from typing import Any

from marshmallow import (
    ValidationError,
    fields,
    post_dump,
    post_load,
    pre_dump,
    validate,
    validates_schema,
)

from service.domain.contents import NewItem
from service.domain.items import STATES
from service.domain.values import LONGEST_GROUP
from service.schemas.base import KEY, In, Out, PageQuery, Time, not_too_many, page_of
from service.schemas.contents import NotesField, TextField, VectorField


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


def _some_words(query: str) -> None:
    if not query.split():
        raise ValidationError("holds no word")


class ItemsQuery(PageQuery):
    """Which items."""

    state = fields.String(load_default=None, validate=validate.OneOf(STATES))
    query = TextField(
        load_default="",
        validate=[validate.Length(max=200), _some_words],
        metadata={
            "description": "Words, separated by spaces, that are all in the text, the key or the"
            " metadata, in any case. A short page with a cursor is not the end."
        },
    )
    near = KeyField(
        load_default=None,
        metadata={
            "description": "Key of an item: those most like it by the cosine of their features,"
            " best first, in one page. A worker looks, or 503 with `Retry-After`."
        },
    )

    @validates_schema
    def _one_way(self, data: dict[str, Any], **_: Any) -> None:
        if data["near"] is not None and (data["query"] or data["cursor"] is not None):
            detail = "goes with neither query nor cursor: it answers one page, best first"
            raise ValidationError(detail, "near")

    @post_load
    def _words(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {"query": data["query"].split()}


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


class _ItemOut(Out):
    """What is shown of any item."""

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
            "similarity": view.similarity,
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


class ItemOut(_ItemOut):
    """An item in a list; the last two only where items were looked for."""

    text = fields.String()
    similarity = fields.Float(
        metadata={"description": "Cosine to the item that others were sought near to."}
    )

    @post_dump
    def _omit(self, shown: dict[str, Any], **_: Any) -> dict[str, Any]:
        told = {"text", "similarity"}
        return {name: each for name, each in shown.items() if name not in told or each is not None}


class ItemDetailOut(_ItemOut):
    """An item with all that is known of it; history and prediction for managers."""

    text = fields.String(allow_none=True)
    labels = fields.List(fields.Nested(ItemLabelOut))
    history = fields.List(fields.Nested(ServedOut))
    prediction = fields.Nested(PredictionOut, allow_none=True)


ItemPageOut = page_of(ItemOut)
