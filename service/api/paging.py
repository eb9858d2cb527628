"""Cursors: opaque to clients, the last row's place to us."""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from flask import g, request, url_for

from service.errors import Fault, Unacceptable


def page(
    rows: Sequence[Any], limit: int, last: Callable[[Any], Any], **more: Any
) -> dict[str, Any]:
    """One page of a list; `last` gives the place of a row, from which the next page goes on."""
    cursor = _encode(last(rows[-1])) if rows and len(rows) == limit else None
    return linked(rows, cursor, **more)


def linked(rows: Sequence[Any], cursor: str | None, **more: Any) -> dict[str, Any]:
    """A page with its cursor, also in a `Link` header (RFC 8288)."""
    if cursor is not None:
        arguments: dict[str, Any] = request.args.to_dict() | {"cursor": cursor}
        address = url_for(request.endpoint or "", **(request.view_args or {}), **arguments)
        g.link = f'<{address}>; rel="next"'
    return {"data": rows, "next_cursor": cursor, **more}


def number(cursor: str | None) -> int | None:
    """A cursor that is a number.

    Raises:
        Unacceptable: it is none of ours.
    """
    value = _decode(cursor)
    if value is not None and not (type(value) is int and 0 <= value < 2**63 - 1):
        raise _foreign()
    return value


def moment(cursor: str | None) -> tuple[datetime, UUID] | None:
    """A cursor that is a time and an id.

    Raises:
        Unacceptable: it is none of ours.
    """
    value = _decode(cursor)
    if value is None:
        return None
    try:
        text, uid = value
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            raise _foreign()
        return at.astimezone(UTC), UUID(uid)
    except (TypeError, ValueError, OverflowError, AttributeError):
        raise _foreign() from None


def number_cursor(value: int | None) -> str | None:
    """The cursor for a number."""
    return None if value is None else _encode(value)


def _encode(value: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


def _decode(cursor: str | None) -> Any:
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return orjson.loads(base64.urlsafe_b64decode(padded))
    except (binascii.Error, orjson.JSONDecodeError, ValueError):
        raise _foreign() from None


def _foreign() -> Unacceptable:
    fault = Fault("/cursor", "is not a cursor that this list has given")
    return Unacceptable("the cursor is not acceptable", faults=[fault])
