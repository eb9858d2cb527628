"""What an item is, as it comes over the wire: a text, or a vector of float32."""

from typing import Any

from marshmallow import ValidationError, fields

from service import limits
from service.domain import values
from service.domain.values import Unfit


class VectorField(fields.Field[bytes]):
    """A list of numbers that float32 can hold; loads to little-endian bytes."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> bytes:
        try:
            return values.vector_of(value)
        except Unfit as unfit:
            raise ValidationError(str(unfit)) from None


class NotesField(fields.Dict):
    """An object of the client's own that every database can store and give back as it came."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **rest: Any) -> Any:
        notes: Any = super()._deserialize(value, attr, data, **rest)  # type: ignore[no-untyped-call]
        problem = values.problem_of_notes(notes)
        if problem:
            raise ValidationError(problem)
        return notes


class TextField(fields.String):
    """A text that is not too long and that every database can store."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **rest: Any) -> Any:
        text = super()._deserialize(value, attr, data, **rest)
        problem = values.problem_of_text(text, longest=limits.in_force().max_text_bytes)
        if problem:
            raise ValidationError(problem)
        return text
