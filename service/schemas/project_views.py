"""Projects as clients get them."""

from typing import Any

from marshmallow import fields, pre_dump

from service.domain.catalogue import TaskType
from service.schemas.base import Out, Time, page_of
from service.schemas.estimators import EstimatorField
from service.schemas.projects import MixIn, RetrainIn


class CountsOut(Out):
    """How much of everything there is."""

    items = fields.Integer()
    labelled = fields.Integer(metadata={"description": "Items that need no more labels."})
    leased = fields.Integer()
    audit = fields.Integer(metadata={"description": "Items in the audit reserve."})
    labels = fields.Integer()


class VersionInUseOut(Out):
    """The version in use."""

    number = fields.Integer()
    estimator = EstimatorField()
    labels = fields.Integer()
    promoted_at = Time()


class CandidatesOut(Out):
    """How much of the pool was looked at."""

    rows = fields.Integer()
    of = fields.Integer()


class RuleOut(Out):
    """What a ranking was made by."""

    name = fields.String()
    why = fields.String(metadata={"description": "A sentence for people."})


class RankingOut(Out):
    """The ranking in use, and how stale it is."""

    number = fields.Integer()
    version = fields.Integer(allow_none=True)
    strategy = fields.String()
    rule = fields.Nested(RuleOut, allow_none=True)
    """None for the first order of a pool, which is made by chance before a worker is asked."""
    ranked_at = Time()
    labels_since = fields.Integer()
    candidates = fields.Nested(CandidatesOut, allow_none=True)
    """Set where the pool takes so long to score that the ranking is of candidates for now."""


class TaskOut(Out):
    """What is asked of the people who label."""

    type = fields.String()
    classes = fields.List(fields.String())


class InputOut(Out):
    """What an item is."""

    type = fields.String()
    dimensions = fields.Integer()
    encoder = fields.String(metadata={"description": "How texts become features."})


class GoalOut(Out):
    """What the labels are for."""

    type = fields.String()
    positive = fields.String(metadata={"description": "The class that is sought."})
    target = fields.Float()


class ProjectOut(Out):
    """A project, whole."""

    id = fields.UUID()
    name = fields.String()
    task = fields.Nested(TaskOut)
    input = fields.Nested(InputOut)
    goal = fields.Nested(GoalOut, allow_none=True)
    strategy = fields.String()
    estimator = EstimatorField()
    batch = fields.Nested(MixIn)
    retrain = fields.Nested(RetrainIn)
    labels_per_item = fields.Integer()
    lease_seconds = fields.Integer()
    seed = fields.Integer()
    revision = fields.Integer()
    created_at = Time()
    counts = fields.Nested(CountsOut)
    version = fields.Nested(VersionInUseOut, allow_none=True)
    ranking = fields.Nested(RankingOut, allow_none=True)
    pinned = fields.Boolean()

    @pre_dump
    def _nest(self, view: Any, **_: Any) -> dict[str, Any]:
        row = view.row
        details = {"dimensions": row.dimensions, "encoder": row.encoder}
        names = ("name", "goal", "strategy", "estimator", "labels_per_item", "lease_seconds")
        return {name: getattr(row, name) for name in names} | {
            "id": row.uid,
            "task": {"type": TaskType.CLASSIFICATION, "classes": row.classes},
            "input": {"type": row.input_type}
            | {name: value for name, value in details.items() if value is not None},
            "batch": {"coverage_share": row.coverage_share, "audit_share": row.audit_share},
            "retrain": {
                "min_labels": row.min_labels,
                "share": row.retrain_share,
                "max_wait_seconds": row.max_wait_seconds,
            },
            "seed": row.seed,
            "revision": row.revision,
            "created_at": row.created_at,
            "pinned": row.pinned,
            "counts": view.counts,
            "version": view.version,
            "ranking": view.ranking,
        }


ProjectPageOut = page_of(ProjectOut)
