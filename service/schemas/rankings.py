"""The order in use on the wire."""

from marshmallow import fields

from service.schemas.base import Out
from service.schemas.project_views import RankingOut


class PlaceOut(Out):
    """One item's place."""

    place = fields.Integer()
    key = fields.String()
    reason = fields.String()
    score = fields.Float()


class OrderOut(Out):
    """A stretch of the order in use."""

    ranking = fields.Nested(RankingOut, allow_none=True)
    data = fields.List(fields.Nested(PlaceOut))
    next_cursor = fields.String(allow_none=True)
