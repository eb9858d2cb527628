"""API keys on the wire."""

from marshmallow import fields, validate

from service.domain.catalogue import Role
from service.schemas.base import NAME, In, Out, Time, page_of
from service.schemas.contents import TextField


class KeyIn(In):
    """A key to make."""

    name = TextField(required=True, validate=NAME)
    role = fields.Enum(Role, by_value=True, required=True)
    projects = fields.List(
        fields.UUID(), load_default=None, allow_none=True, validate=validate.Length(max=1000)
    )


class KeyOut(Out):
    """A key, without its secret."""

    id = fields.UUID()
    name = fields.String()
    role = fields.String()
    prefix = fields.String()
    projects = fields.List(fields.UUID(), allow_none=True)
    created_at = Time()


class NewKeyOut(KeyOut):
    """A key just made: its secret is shown this once."""

    key = fields.String(allow_none=True)


KeyPageOut = page_of(KeyOut)
