"""Versions on the wire."""

from typing import Any

from marshmallow import fields, pre_dump

from service.schemas.base import Out, Time, page_of
from service.schemas.estimators import EstimatorField
from service.store.tables.learning import Version


class CandidateOut(Out):
    """An estimator that was open to choice, and how it did on labels it was not trained on.

    Labels that a strategy chose are weighted by how much of the pool is near to them. The figures
    compare estimators; they are no estimate of the accuracy on the pool.
    """

    estimator = fields.Dict(metadata={"description": "Its name, and every parameter."})
    accuracy = fields.Float()
    log_loss = fields.Float()
    calibrated_log_loss = fields.Float(
        metadata={"description": "With its log-probabilities divided by `temperature`."}
    )
    temperature = fields.Float()
    judged = fields.Integer(metadata={"description": "Labels that were held out."})


class VersionOut(Out):
    """A fitted estimator and what is known of it."""

    number = fields.Integer()
    labels = fields.Integer(metadata={"description": "Items it was trained on."})
    estimator = EstimatorField()
    classes = fields.List(fields.String())
    temperature = fields.Float(
        allow_none=True,
        metadata={
            "description": "By which its log-probabilities were divided, so that held-out "
            "labels are as likely as it says; null below 50 labels."
        },
    )
    candidates = fields.List(
        fields.Nested(CandidateOut),
        metadata={"description": "What it was chosen from when estimators were last compared."},
    )
    report = fields.Dict(metadata={"description": "What fitting found out, in full."})
    created_at = Time()
    promoted = fields.Boolean()
    promoted_at = Time(allow_none=True)
    reason = fields.String(
        allow_none=True, metadata={"description": "Why it is not in use: a pin, or the gate."}
    )

    @pre_dump
    def _flatten(self, version: Version, **_: Any) -> dict[str, Any]:
        names = (
            "number",
            "labels",
            "estimator",
            "classes",
            "report",
            "created_at",
            "promoted_at",
            "reason",
        )
        return {name: getattr(version, name) for name in names} | {
            "promoted": version.promoted_at is not None,
            "temperature": version.report.get("temperature"),
            "candidates": version.report.get("candidates") or [],
        }


VersionPageOut = page_of(VersionOut)
