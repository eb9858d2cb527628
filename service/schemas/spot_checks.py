"""Spot checks on the wire."""

from typing import Any

from marshmallow import fields, post_load

from service.domain.requests import Wish
from service.schemas.base import NAME, In
from service.schemas.batches import batch_size
from service.schemas.contents import TextField


class SpotCheckIn(In):
    """Who is to check how many predictions."""

    size = fields.Integer(strict=True, load_default=20, validate=batch_size)
    annotator = TextField(required=True, validate=NAME)

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> Wish:
        return Wish(**data, resume=False)
