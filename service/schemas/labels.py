"""Labels on the wire."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from service import limits
from service.domain.requests import NewLabel
from service.schemas.base import NAME, In, Out, PageQuery, Time, not_too_many, page_of
from service.schemas.contents import TextField
from service.schemas.items import KeyField

_NAMES = {"key", "value", "annotator"}
_PLAIN = 200
"""Characters that keys, classes and annotators may all have."""


class LabelIn(In):
    """One annotator's answer for one item: a class, or a skip."""

    key = KeyField(required=True)
    value = TextField(validate=NAME)
    skip = fields.Boolean(load_default=False)
    annotator = TextField(required=True, validate=NAME)
    prediction_shown = fields.Boolean(
        load_default=False,
        metadata={
            "description": "Whether the annotator saw what the model says: then the label is "
            "taught like any other, and is no evidence of how good the model is."
        },
    )

    @validates_schema
    def _check(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("skip") and "value" in data:
            raise ValidationError("a skip has no value", "value")
        if not data.get("skip") and "value" not in data:
            raise ValidationError("give a value, or skip: true", "value")


class LabelRows(fields.List[Any]):
    """Rows of labels; those that are plainly in order are not looked at field by field."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **rest: Any) -> list[Any]:
        longest = min(_PLAIN, limits.in_force().max_text_bytes)
        if isinstance(value, list) and all(_is_plain(row, longest) for row in value):
            return value
        return super()._deserialize(value, attr, data, **rest)


def _is_plain(row: Any, longest: int) -> bool:
    """Whether a row is a label of short ASCII texts, which `LabelIn` takes as they are."""
    return (
        isinstance(row, dict)
        and row.keys() == _NAMES
        and all(
            isinstance(text, str)
            and 0 < len(text) <= longest
            and text.isascii()
            and "\x00" not in text
            for text in row.values()
        )
    )


class LabelsIn(In):
    """Labels to record."""

    labels = LabelRows(fields.Nested(LabelIn), required=True, validate=not_too_many)

    @post_load
    def _values(self, data: dict[str, Any], **_: Any) -> list[NewLabel]:
        return [
            NewLabel(
                key=each["key"],
                value=each.get("value"),
                annotator=each["annotator"],
                prediction_shown=each.get("prediction_shown", False),
            )
            for each in data["labels"]
        ]


class RunStartedOut(Out):
    """The cycle that labels start."""

    id = fields.UUID()
    state = fields.String()


class RecordedOut(Out):
    """What became of the labels sent."""

    recorded = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    run = fields.Nested(RunStartedOut, required=True, allow_none=True)


class LabelsQuery(PageQuery):
    """Which labels."""

    set = fields.String(
        load_default=None,
        validate=validate.OneOf(["train"]),
        metadata={"description": "`train` leaves skips and the audit reserve out."},
    )


class LabelOut(Out):
    """A current label; `reason` for managers."""

    id = fields.UUID()
    key = fields.String()
    value = fields.String(allow_none=True)
    skip = fields.Boolean()
    annotator = fields.String()
    at = Time()
    batch = fields.UUID(allow_none=True)
    reason = fields.String(allow_none=True)


LabelPageOut = page_of(LabelOut)
