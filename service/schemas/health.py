"""Health on the wire."""

from marshmallow import fields

from service.schemas.base import Out


class LivenessOut(Out):
    """That a process is alive."""

    status = fields.String(required=True)


class ReadinessOut(LivenessOut):
    """Whether each part answers, by name."""

    parts = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
