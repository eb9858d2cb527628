"""What a report advises: whether more labels are worth their price."""

from marshmallow import fields

from service.schemas.base import Out


class ClauseOut(Out):
    """One condition of an advice."""

    name = fields.String()
    passed = fields.Boolean(allow_none=True)
    detail = fields.String()


class StopOut(Out):
    """Whether more labels are worth their price."""

    advice = fields.String(allow_none=True, metadata={"description": "`stop` or `continue`."})
    clauses = fields.List(fields.Nested(ClauseOut))
    detail = fields.String(allow_none=True)
