"""Values as PostgreSQL reads an array of them."""

from collections.abc import Sequence
from datetime import datetime
from types import NoneType
from typing import Any
from uuid import UUID

_PLAIN = {int, float, bool, NoneType}
"""Kinds that PostgreSQL reads as Python writes them, but for None."""


def words(values: Sequence[Any]) -> str:
    """Values of an array, as PostgreSQL reads them: those of one kind at once."""
    kinds = set(map(type, values))
    if kinds <= _PLAIN:
        return repr(list(values))[1:-1].replace("None", "NULL")
    if kinds == {str}:
        joined = '","'.join(values)
        is_plain = "\\" not in joined and joined.count('"') == 2 * len(values) - 2
        return f'"{joined}"' if is_plain else ",".join(map(_word, values))
    return ",".join(map(_word, values))


def _word(value: Any) -> str:
    """One value of an array, as PostgreSQL reads it."""
    if value is None:
        return "NULL"
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, datetime):
        return f'"{value.isoformat()}"'
    return str(value)
