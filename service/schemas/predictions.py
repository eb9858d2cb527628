"""Predictions of the pool on the wire."""

from marshmallow import fields

from service.schemas.base import page_of
from service.schemas.items import PredictionOut


class PoolPredictionOut(PredictionOut):
    """A prediction of a registered item."""

    key = fields.String()
    version = fields.Integer()


PoolPredictionPageOut = page_of(PoolPredictionOut)
