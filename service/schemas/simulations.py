"""Simulations on the wire."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, pre_dump, validate

from service.domain.catalogue import Strategy
from service.schemas.base import In, Out, Time, page_of
from service.schemas.estimators import EstimatorField
from service.schemas.runs import progress_of

_SHARE = validate.Range(min=0.05, max=0.95)
_TARGET = validate.Range(min=0.0, max=1.0, min_inclusive=False)


def _distinct(values: list[Any]) -> None:
    if len(set(values)) != len(values):
        raise ValidationError("each may be named once")


class SimulationIn(In):
    """What to replay on the labels that there are."""

    strategies = fields.List(
        fields.Enum(Strategy, by_value=True),
        load_default=lambda: [Strategy.AUTO],
        validate=[validate.Length(min=1), _distinct],
        metadata={"description": "`random` is always replayed beside them."},
    )
    estimator = EstimatorField(metadata={"description": "What is trained; default: the project's."})
    seeds = fields.Integer(strict=True, load_default=10, validate=validate.Range(min=1, max=100))
    batch_size = fields.Integer(
        strict=True, load_default=10, validate=validate.Range(min=1, max=1_000)
    )
    labels = fields.Integer(
        strict=True,
        load_default=500,
        validate=validate.Range(min=1, max=1_000_000),
        metadata={"description": "Labels that each replay may ask for."},
    )
    test_share = fields.Float(
        load_default=0.3,
        validate=_SHARE,
        metadata={"description": "Part of the labelled items that versions are judged on."},
    )
    targets = fields.List(
        fields.Float(validate=_TARGET),
        load_default=None,
        allow_none=True,
        validate=[validate.Length(min=1, max=10), _distinct],
        metadata={
            "description": "Accuracies to be reached; default: 90, 95 and 99 % of the accuracy "
            "that random choice ends with."
        },
    )

    @post_load
    def _names(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return data | {"strategies": tuple(str(each) for each in data["strategies"])}


class AskedOut(Out):
    """What is replayed."""

    strategies = fields.List(fields.String())
    estimator = EstimatorField()
    seeds = fields.Integer()
    batch_size = fields.Integer()
    labels = fields.Integer()
    test_share = fields.Float()
    targets = fields.List(fields.Float(), allow_none=True)


class IntervalOut(Out):
    """A mean over the seeds with its 95 % interval (Student's t), which one seed has not."""

    mean = fields.Float()
    low = fields.Float(allow_none=True)
    high = fields.Float(allow_none=True)


class PointOut(Out):
    """Versions after so many labels, mean over the seeds; the interval is of the accuracy."""

    labels = fields.Integer()
    accuracy = fields.Float()
    low = fields.Float(allow_none=True)
    high = fields.Float(allow_none=True)
    macro_f1 = fields.Float()
    log_loss = fields.Float()


class TargetOut(Out):
    """An accuracy to be reached."""

    accuracy = fields.Float(metadata={"description": "Mean over the seeds."})
    share = fields.Float(
        allow_none=True,
        metadata={"description": "Of what random choice ends with; null for given targets."},
    )
    low = fields.Float(allow_none=True)
    high = fields.Float(allow_none=True)
    detail = fields.String(allow_none=True)


class ReachedOut(TargetOut):
    """Labels that a strategy needs for an accuracy; null where a seed does not reach it."""

    labels = fields.Float(allow_none=True)


class SavedOut(TargetOut):
    """Labels of random choice over those of a strategy at equal accuracy, paired by seed."""

    ratio = fields.Float(
        allow_none=True,
        metadata={"description": "2 is half the labels; null where it cannot be told."},
    )


class ArmOut(Out):
    """One strategy under all seeds."""

    strategy = fields.String()
    curve = fields.List(fields.Nested(PointOut))
    area = fields.Nested(IntervalOut)
    area_over_random = fields.Nested(IntervalOut, allow_none=True, attribute="area_over_baseline")
    labels_to_reach = fields.List(fields.Nested(ReachedOut))
    labels_saved = fields.List(fields.Nested(SavedOut))


class OutcomeOut(Out):
    """What the replays have shown."""

    items = fields.Integer(metadata={"description": "Labelled items that were replayed."})
    judged = fields.Integer(metadata={"description": "Those held out to judge versions on."})
    detail = fields.String(metadata={"description": "How to read the figures."})
    strategies = fields.List(fields.Nested(ArmOut))


class SimulationOut(Out):
    """A simulation: its id is that of its run."""

    id = fields.UUID()
    state = fields.String()
    progress = fields.Float()
    reason = fields.String(allow_none=True)
    created_at = Time()
    finished_at = Time(allow_none=True)
    asked = fields.Nested(AskedOut)
    detail = fields.String(
        allow_none=True, metadata={"description": "What is replayed beyond what was asked."}
    )
    result = fields.Nested(OutcomeOut, allow_none=True)

    @pre_dump
    def _flatten(self, view: Any, **_: Any) -> dict[str, Any]:
        run, row = view.run, view.row
        names = ("id", "state", "reason", "created_at", "finished_at")
        return {name: getattr(run, name) for name in names} | {
            "progress": progress_of(run),
            "asked": row.asked,
            "detail": row.detail,
            "result": row.result,
        }


SimulationPageOut = page_of(SimulationOut)
