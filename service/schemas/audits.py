"""The end of an audit on the wire."""

from marshmallow import fields

from service.schemas.base import In, Out
from service.schemas.labels import RunStartedOut


class ReleaseIn(In):
    """Nothing to say."""


class ReleasedOut(Out):
    """What training gets."""

    items = fields.Integer(metadata={"description": "Items that were set aside."})
    labelled = fields.Integer(metadata={"description": "Those of them that have labels."})
    run = fields.Nested(RunStartedOut, allow_none=True)
