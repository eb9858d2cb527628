"""What an item is, as it comes over the wire: a text, or a vector of float32."""

from array import array
from collections.abc import Iterable
from math import isfinite
from sys import byteorder
from typing import Any

from marshmallow import ValidationError, fields

from service import limits

_DEEPEST = 32


class VectorField(fields.Field[bytes]):
    """A list of numbers that float32 can hold; loads to little-endian bytes.

    An `array` instead of a marshmallow list: 1,000 x 384 numbers take tens of milliseconds, not
    more than a second.
    """

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> bytes:
        if not isinstance(value, list) or not value:
            raise ValidationError("must be a list of numbers")
        if not set(map(type, value)) <= {int, float}:
            raise ValidationError("must hold nothing but numbers")
        try:
            vector = array("f", value)
        except OverflowError:
            raise ValidationError("holds a number beyond float32") from None
        if not all(map(isfinite, vector)):
            raise ValidationError("holds NaN, infinity or a number beyond float32")
        if byteorder == "big":
            vector.byteswap()
        return vector.tobytes()


class NotesField(fields.Dict):
    """An object of the client's own that every database can store and give back as it came."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **rest: Any) -> Any:
        notes: Any = super()._deserialize(value, attr, data, **rest)  # type: ignore[no-untyped-call]
        problem = _problem_of(notes, depth=0)
        if problem:
            raise ValidationError(problem)
        return notes


class TextField(fields.String):
    """A text that is not too long and that every database can store."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **rest: Any) -> Any:
        text = super()._deserialize(value, attr, data, **rest)
        problem = _problem_of_text(text)
        if problem:
            raise ValidationError(problem)
        most = limits.in_force().max_text_bytes
        size = len(text.encode())
        if size > most:
            raise ValidationError(f"is {size} bytes long; {most} are allowed")
        return text


def _problem_of(value: Any, *, depth: int) -> str | None:
    """Why a JSON value could not be stored, or not be given back the same."""
    if depth > _DEEPEST:
        return f"is nested more than {_DEEPEST} deep"
    match value:
        case str():
            return _problem_of_text(value)
        case float() if not isfinite(value):
            return "holds NaN, infinity or a number beyond float64"
        case int() if not -(2**63) <= value < 2**63:
            return "holds a whole number beyond 64 bits"
        case dict():
            inner: Iterable[Any] = (*value, *value.values())
        case list():
            inner = value
        case _:
            return None
    return next(filter(None, (_problem_of(each, depth=depth + 1) for each in inner)), None)


def _problem_of_text(text: str) -> str | None:
    if "\x00" in text:
        return "holds a NUL character"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "holds half a surrogate pair, which is no character"
    return None
