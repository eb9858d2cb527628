"""Versions on the wire."""

from typing import Any

from marshmallow import fields, pre_dump

from service.schemas.base import Out, Time, page_of
from service.schemas.estimators import EstimatorField
from service.store.tables.learning import Version


class VersionOut(Out):
    """A fitted estimator and what is known of it."""

    number = fields.Integer()
    labels = fields.Integer(metadata={"description": "Items it was trained on."})
    estimator = EstimatorField()
    classes = fields.List(fields.String())
    report = fields.Dict(
        metadata={"description": "What fitting found out: scaling, cross-validated scores."}
    )
    created_at = Time()
    promoted = fields.Boolean()
    promoted_at = Time(allow_none=True)
    reason = fields.String(allow_none=True, metadata={"description": "Why it is not in use."})

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
            "promoted": version.promoted_at is not None
        }


VersionPageOut = page_of(VersionOut)
