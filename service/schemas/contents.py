"""What an item is, as it comes over the wire: a text, or a vector of float32."""

from array import array
from math import isfinite
from sys import byteorder
from typing import Any

from marshmallow import ValidationError, fields

from service import limits


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


class TextField(fields.String):
    """A text that is not too long and that every database can store."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **rest: Any) -> Any:
        text = super()._deserialize(value, attr, data, **rest)
        most = limits.in_force().max_text_bytes
        try:
            size = len(text.encode())
        except UnicodeEncodeError:
            raise ValidationError("holds half a surrogate pair, which is no character") from None
        if size > most:
            raise ValidationError(f"is {size} bytes long; {most} are allowed")
        if "\x00" in text:
            raise ValidationError("holds a NUL character")
        return text
