"""Batches on the wire."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, pre_dump

from service import limits
from service.domain.requests import Wish
from service.schemas.base import NAME, In, Out, Time
from service.schemas.contents import TextField
from service.schemas.items import PredictionOut
from service.schemas.project_views import RankingOut


def batch_size(size: int) -> None:
    """Refuse a size that no batch may have."""
    most = limits.in_force().max_batch_size
    if not 1 <= size <= most:
        raise ValidationError(f"must be between 1 and {most}")


def _lease(seconds: int) -> None:
    most = limits.in_force().max_lease_seconds
    if not 1 <= seconds <= most:
        raise ValidationError(f"must be between 1 and {most}")


class ExplainQuery(In):
    """Whether to say why each item is served."""

    explain = fields.Boolean(load_default=False)


class BatchIn(In):
    """Who asks for how many items."""

    size = fields.Integer(strict=True, load_default=10, validate=batch_size)
    annotator = TextField(required=True, validate=NAME)
    resume = fields.Boolean(load_default=False)

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> Wish:
        return Wish(**data)


class RenewalIn(In):
    """How much longer; the project's `lease_seconds` if nothing is said."""

    lease_seconds = fields.Integer(strict=True, load_default=None, validate=_lease)


class LeaseOut(Out):
    """The promise on a batch."""

    token = fields.String()
    expires_at = Time()


class ServedItemOut(Out):
    """An item of a batch; the last four only with `?explain=true`."""

    key = fields.String()
    position = fields.Integer(metadata={"description": "From 1, in the order to show them."})
    metadata = fields.Dict()
    text = fields.String()
    reason = fields.String()
    score = fields.Float(allow_none=True)
    probability_of_selection = fields.Raw(
        metadata={
            "description": "A probability, or `deterministic`.",
            "oneOf": [{"type": "number"}, {"const": "deterministic"}],
        }
    )
    prediction = fields.Nested(PredictionOut, allow_none=True)

    @pre_dump
    def _flatten(self, served: Any, **_: Any) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "key": served.key,
            "position": served.place,
            "metadata": served.notes or {},
        }
        if served.text is not None:
            shown["text"] = served.text
        if served.why is not None:
            shown |= {
                "reason": served.why.reason,
                "score": served.why.score,
                "probability_of_selection": probability(served.why.probability),
                "prediction": served.prediction,
            }
        return shown


class BatchOut(Out):
    """A batch as it is handed out."""

    id = fields.UUID()
    annotator = fields.String()
    exhausted = fields.Boolean()
    leased = fields.Integer()
    retry_after_seconds = fields.Integer(allow_none=True)
    advice = fields.String(
        allow_none=True,
        metadata={"description": "What to do about classes that no item is labelled with yet."},
    )
    lease = fields.Nested(LeaseOut)
    ranking = fields.Nested(RankingOut, allow_none=True)
    items = fields.List(fields.Nested(ServedItemOut))

    @pre_dump
    def _flatten(self, view: Any, **_: Any) -> dict[str, Any]:
        return {
            "id": view.row.id,
            "annotator": view.row.annotator,
            "exhausted": view.exhausted,
            "leased": view.leased,
            "retry_after_seconds": view.retry_after_seconds,
            "advice": view.advice,
            "lease": view.row,
            "ranking": view.ranking,
            "items": view.items,
        }


class RenewedOut(Out):
    """A batch whose leases were prolonged."""

    id = fields.UUID()
    annotator = fields.String()
    lease = fields.Nested(LeaseOut, attribute="row")

    @pre_dump
    def _wrap(self, row: Any, **_: Any) -> dict[str, Any]:
        return {"id": row.id, "annotator": row.annotator, "row": row}


def probability(value: float | None) -> float | str:
    """How a selection probability reads on the wire."""
    return "deterministic" if value is None else value
