"""What all schemas share: strictness, times, pages, problems."""

from datetime import UTC, datetime
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from service import limits
from service.domain.values import LONGEST_KEY

NAME = validate.Length(min=1, max=200)
KEY = validate.Length(min=1, max=LONGEST_KEY)


class In(Schema):
    """Something that a client sends; unknown fields are refused."""

    class Meta:
        unknown = RAISE


class Out(Schema):
    """Something that a client gets."""

    class Meta:
        ordered = True


class Time(fields.Field[datetime]):
    """ISO 8601 in UTC, with a Z."""

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **_: Any) -> Any:
        if value is None:
            return None
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class PageQuery(In):
    """Which page of a list."""

    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=1000))
    cursor = fields.String(load_default=None, metadata={"description": "From `next_cursor`."})


class FaultOut(Out):
    """One place in the request that is not acceptable."""

    pointer = fields.String(required=True)
    detail = fields.String(required=True)


class ProblemOut(Out):
    """What went wrong (RFC 9457)."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(FaultOut))


def page_of(item: type[Schema]) -> type[Schema]:
    """Schema of one page of a list."""
    name = item.__name__.removesuffix("Out") + "PageOut"
    return Out.from_dict(
        {
            "data": fields.List(fields.Nested(item), required=True),
            "next_cursor": fields.String(required=True, allow_none=True),
        },
        name=name,
    )


def not_too_many(rows: list[Any]) -> None:
    """Refuse more rows than one request may carry."""
    most = limits.in_force().max_rows
    if not 1 <= len(rows) <= most:
        raise ValidationError(f"holds {len(rows)} rows; between 1 and {most} fit in one request")
