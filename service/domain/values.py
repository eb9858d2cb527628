"""What the parts of an item may be: a text, a vector, an object of the client's own."""

from array import array
from collections.abc import Iterable
from math import isfinite
from sys import byteorder
from typing import Any

LONGEST_KEY = 500
LONGEST_GROUP = 500
_DEEPEST = 32


class Unfit(ValueError):
    """A value that no item may have; the message says what it does or is."""


def vector_of(value: Any) -> bytes:
    """Read a JSON list of numbers as little-endian float32.

    An `array` instead of a check of each number: 1,000 x 384 take tens of milliseconds.

    Raises:
        Unfit: it is none, or float32 cannot hold it.
    """
    if not isinstance(value, list) or not value:
        raise Unfit("must be a list of numbers")
    if not set(map(type, value)) <= {int, float}:
        raise Unfit("must hold nothing but numbers")
    try:
        vector = array("f", value)
    except OverflowError:
        raise Unfit("holds a number beyond float32") from None
    if not all(map(isfinite, vector)):
        raise Unfit("holds NaN, infinity or a number beyond float32")
    if byteorder == "big":
        vector.byteswap()
    return vector.tobytes()


def problem_of_text(text: str, *, longest: int) -> str | None:
    """Why a database could not store a text, or why it is too long, in UTF-8 bytes."""
    problem = _problem_of_characters(text)
    if problem is None and (size := len(text.encode())) > longest:
        problem = f"is {size} bytes long; {longest} are allowed"
    return problem


def problem_of_notes(value: Any, depth: int = 0) -> str | None:
    """Why a JSON value could not be stored, or not be given back the same."""
    if depth > _DEEPEST:
        return f"is nested more than {_DEEPEST} deep"
    match value:
        case str():
            return _problem_of_characters(value)
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
    return next(filter(None, (problem_of_notes(each, depth + 1) for each in inner)), None)


def _problem_of_characters(text: str) -> str | None:
    if "\x00" in text:
        return "holds a NUL character"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "holds half a surrogate pair, which is no character"
    return None
