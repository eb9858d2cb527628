"""The report on the wire."""

from typing import Any

from marshmallow import fields, pre_dump

from service.schemas.advice import StopOut
from service.schemas.base import Out, Time
from service.schemas.people import AgreementOut, AnnotatorOut, IssueOut


class ShareOut(Out):
    """A share with its interval; null where it cannot be told."""

    value = fields.Float()
    low = fields.Float()
    high = fields.Float()
    method = fields.String()


class NeededOut(Out):
    """What would make a figure better."""

    half_width = fields.Float(metadata={"description": "Half of the interval that is meant."})
    audit_labels = fields.Integer(metadata={"description": "Labels still to come."})


class ClassOut(Out):
    """One class, on the audit labels."""

    name = fields.String(data_key="class", attribute="class")
    positives = fields.Integer(metadata={"description": "Audited items of the class."})
    predicted = fields.Integer(metadata={"description": "Audited items that are called so."})
    precision = fields.Nested(ShareOut, allow_none=True)
    recall = fields.Nested(ShareOut, allow_none=True)
    f1 = fields.Nested(ShareOut, allow_none=True)
    needed = fields.Integer(
        allow_none=True, metadata={"description": "Audit labels still needed for a number."}
    )
    detail = fields.String(allow_none=True)


class AlternativeOut(Out):
    """The same accuracy by another estimator."""

    method = fields.String()
    accuracy = fields.Float()
    low = fields.Float()
    high = fields.Float()
    limits = fields.String()


class LookOut(Out):
    """The interval for who looks again and again, and stops when it pleases."""

    number = fields.Integer(metadata={"description": "Looks at 50, 100, 200, … labels so far."})
    confidence = fields.Float()
    low = fields.Float()
    high = fields.Float()


class QualityOut(Out):
    """Accuracy of a version on an item that it was never trained on."""

    accuracy = fields.Float(allow_none=True)
    low = fields.Float(allow_none=True)
    high = fields.Float(allow_none=True)
    confidence = fields.Float()
    method = fields.String()
    audit_labels = fields.Integer()
    unanswerable = fields.Integer(
        metadata={"description": "Audited items that people declined to label."}
    )
    population = fields.Integer()
    version = fields.Integer()
    looks = fields.Nested(LookOut)
    classes = fields.List(fields.Nested(ClassOut))
    alternatives = fields.List(fields.Nested(AlternativeOut))
    needed = fields.Nested(NeededOut, allow_none=True)
    sentence = fields.String()
    limits = fields.String()
    detail = fields.String(allow_none=True)


class CurvePointOut(Out):
    """A version, judged on today's audit labels."""

    labels = fields.Integer(metadata={"description": "Items that it was trained on."})
    version = fields.Integer()
    accuracy = fields.Float()
    low = fields.Float()
    high = fields.Float()
    audit_labels = fields.Integer()


class PartOut(Out):
    """Labels from people, or from the model."""

    items = fields.Integer()
    quality = fields.Float()
    is_assumed = fields.Boolean()


class DeliveredOut(Out):
    """How many of all labels are right, those of people and those predicted."""

    quality = fields.Float(allow_none=True)
    low = fields.Float(allow_none=True)
    high = fields.Float(allow_none=True)
    method = fields.String()
    people = fields.Nested(PartOut)
    predicted = fields.Nested(PartOut)
    sentence = fields.String()
    limits = fields.String()
    detail = fields.String(allow_none=True)


class RegionOut(Out):
    """A cluster of the pool that something is to be said of."""

    cluster = fields.Integer()
    share = fields.Float(metadata={"description": "Of the pool."})
    labels = fields.Integer()
    flag = fields.String(
        metadata={"description": "`uncovered`, `bad` or `overconfident`: the gravest that applies."}
    )
    flags = fields.List(fields.String())
    checked = fields.Integer(metadata={"description": "Predictions that people have checked."})
    wrong = fields.Integer(metadata={"description": "Of these."})
    error = fields.Nested(ShareOut, allow_none=True)
    confidence = fields.Float(
        allow_none=True, metadata={"description": "Mean confidence of the checked predictions."}
    )
    examples = fields.List(fields.String())
    detail = fields.String()


class CoverageOut(Out):
    """Where the pool was looked into, and where the model is blind."""

    clusters = fields.Integer(allow_none=True)
    uncovered = fields.Integer(allow_none=True)
    regions = fields.List(fields.Nested(RegionOut))
    false_discovery_rate = fields.Float()
    limits = fields.String()
    detail = fields.String(allow_none=True)


class RangeOut(Out):
    """From, to."""

    low = fields.Integer()
    high = fields.Integer(
        allow_none=True,
        metadata={"description": "null where it is more than so many, and none can say how many."},
    )


class LabelsSavedOut(Out):
    """Labels that random choice would have needed for the same accuracy."""

    random_would_need = fields.Nested(RangeOut, allow_none=True)
    used = fields.Integer(
        allow_none=True, metadata={"description": "Labels that the version was trained on."}
    )
    version = fields.Integer()
    audit_labels = fields.Integer()
    method = fields.String()
    limits = fields.String()
    detail = fields.String(allow_none=True)


class ReportOut(Out):
    """What is known of a project, with how sure that is."""

    quality = fields.Nested(QualityOut)
    curve = fields.List(fields.Nested(CurvePointOut))
    delivered = fields.Nested(DeliveredOut)
    coverage = fields.Nested(CoverageOut)
    stop = fields.Nested(StopOut)
    labels_saved = fields.Nested(LabelsSavedOut)
    annotators = fields.List(fields.Nested(AnnotatorOut))
    agreement = fields.Nested(AgreementOut)
    label_issues = fields.List(
        fields.Nested(IssueOut), metadata={"description": "At most 100, the worst first."}
    )
    made_at = Time(allow_none=True)
    labels_since = fields.Integer(metadata={"description": "Label events since it was made."})

    @pre_dump
    def _flatten(self, view: Any, **_: Any) -> dict[str, Any]:
        return {**view.document, "made_at": view.made_at, "labels_since": view.labels_since}
