"""Projects as clients send them."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from service import limits
from service.domain.catalogue import (
    Encoder,
    Estimator,
    GoalType,
    InputType,
    Strategy,
    TaskType,
)
from service.domain.projects import (
    ProjectSettings,
    problem_of_estimator,
    problem_of_goal,
    problem_of_strategy,
)
from service.schemas.base import NAME, In
from service.schemas.contents import TextField
from service.schemas.estimators import EstimatorField

_SHARE = validate.Range(min=0.0, max=0.5)


def _lease(seconds: int) -> None:
    most = limits.in_force().max_lease_seconds
    if not 1 <= seconds <= most:
        raise ValidationError(f"must be between 1 and {most}")


def _distinct(classes: list[str]) -> None:
    if len(set(classes)) != len(classes):
        raise ValidationError("class names must differ from one another")


class TaskIn(In):
    """What is asked of the people who label."""

    type = fields.Enum(TaskType, by_value=True, load_default=TaskType.CLASSIFICATION)
    classes = fields.List(
        TextField(validate=NAME),
        required=True,
        validate=[validate.Length(min=2, max=1000), _distinct],
    )


class InputIn(In):
    """What an item is."""

    type = fields.Enum(InputType, by_value=True, required=True)
    dimensions = fields.Integer(strict=True, validate=validate.Range(min=1, max=16_384))
    encoder = fields.Enum(
        Encoder,
        by_value=True,
        metadata={"description": "How texts become features; tfidf unless another is named."},
    )

    @validates_schema
    def _check(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("type") is InputType.VECTOR and "dimensions" not in data:
            raise ValidationError("vectors need their number of dimensions", "dimensions")
        if data.get("type") is InputType.TEXT and "dimensions" in data:
            raise ValidationError("texts have no dimensions", "dimensions")
        if data.get("type") is not InputType.TEXT and "encoder" in data:
            raise ValidationError("only texts are encoded here", "encoder")


class GoalIn(In):
    """What the labels are for."""

    type = fields.Enum(GoalType, by_value=True, required=True)
    positive = TextField(
        validate=NAME,
        metadata={"description": "The class that is sought; needed where all of it is."},
    )
    target = fields.Float(required=True, validate=validate.Range(min=0, max=1, min_inclusive=False))


class MixIn(In):
    """Shares of each batch that the strategy does not choose."""

    coverage_share = fields.Float(validate=_SHARE)
    audit_share = fields.Float(validate=_SHARE)


class RetrainIn(In):
    """When a cycle starts."""

    min_labels = fields.Integer(strict=True, validate=validate.Range(min=1, max=1_000_000))
    share = fields.Float(validate=validate.Range(min=0, max=1))
    max_wait_seconds = fields.Float(validate=validate.Range(min=0, max=604_800))


class ProjectChangeIn(In):
    """Settings to change; what is left out stays."""

    name = TextField(validate=NAME)
    task = fields.Nested(TaskIn)
    goal = fields.Nested(GoalIn, allow_none=True)
    strategy = fields.Enum(Strategy, by_value=True)
    estimator = EstimatorField()
    batch = fields.Nested(MixIn)
    retrain = fields.Nested(RetrainIn)
    labels_per_item = fields.Integer(strict=True, validate=validate.Range(min=1, max=100))
    lease_seconds = fields.Integer(strict=True, validate=_lease)

    @post_load
    def _flatten(self, data: dict[str, Any], **_: Any) -> Any:
        return _flat(data)


class ProjectIn(ProjectChangeIn):
    """A new project."""

    name = TextField(required=True, validate=NAME)
    task = fields.Nested(TaskIn, required=True)
    input = fields.Nested(InputIn, required=True)
    seed = fields.Integer(strict=True, validate=validate.Range(min=0, max=2**53))

    @validates_schema
    def _check(self, data: dict[str, Any], **_: Any) -> None:
        if "estimator" in data and "type" in data.get("input", {}):
            name = data["estimator"]["name"]
            if problem := problem_of_estimator(data["input"]["type"], name):
                raise ValidationError(problem, "estimator")
        if "classes" in data.get("task", {}):
            goal, classes = data.get("goal"), data["task"]["classes"]
            if problem := problem_of_goal(goal, classes):
                raise ValidationError({"goal": {"positive": [problem]}})
            if problem := problem_of_strategy(data.get("strategy", Strategy.AUTO), goal, classes):
                raise ValidationError(problem, "strategy")

    @post_load
    def _flatten(self, data: dict[str, Any], **_: Any) -> Any:
        defaults: dict[str, Any] = {
            "goal": None,
            "strategy": Strategy.AUTO,
            "estimator": {"name": "auto"},
            "coverage_share": 0.1,
            "audit_share": 0.1,
            "min_labels": 10,
            "retrain_share": 0.02,
            "max_wait_seconds": 30.0,
            "labels_per_item": 1,
            "lease_seconds": 900,
            "seed": None,
            "dimensions": None,
            "encoder": None,
        }
        given = _flat(data)
        if given["input_type"] is InputType.SCORES:
            given["estimator"] = {"name": str(Estimator.EXTERNAL)}
        if given["input_type"] is InputType.TEXT:
            given["encoder"] = given["encoder"] or Encoder.TFIDF
        return ProjectSettings(**defaults | given | {"classes": tuple(given["classes"])})


def _flat(data: dict[str, Any]) -> dict[str, Any]:
    """From the nested wire to the names of the settings."""
    flat = {
        name: value
        for name, value in data.items()
        if name not in ("task", "input", "batch", "retrain")
    }
    flat |= data.get("batch", {})
    if "task" in data:
        flat["classes"] = data["task"]["classes"]
    if "input" in data:
        flat["input_type"] = data["input"]["type"]
        flat["dimensions"] = data["input"].get("dimensions")
        flat["encoder"] = data["input"].get("encoder")
    if data.get("goal"):
        flat["goal"] = data["goal"] | {"type": str(data["goal"]["type"])}
    retrain = dict(data.get("retrain", {}))
    if "share" in retrain:
        flat["retrain_share"] = retrain.pop("share")
    return flat | retrain
