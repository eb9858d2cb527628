"""What a report says of the people who label, and of their labels."""

from marshmallow import fields

from service.schemas.base import Out


class AnnotatorOut(Out):
    """One who labels."""

    annotator = fields.String()
    labels = fields.Integer()
    agreement = fields.Float(
        allow_none=True,
        metadata={"description": "Share of other people's labels of the same items that agree."},
    )
    low = fields.Float(allow_none=True)
    high = fields.Float(allow_none=True)
    compared = fields.Integer(metadata={"description": "Items that others have labelled too."})
    method = fields.String()
    quality = fields.Float(
        allow_none=True,
        metadata={"description": "Mean probability of a label by all that is known without it."},
    )
    quality_method = fields.String()
    detail = fields.String(allow_none=True)


class AgreementOut(Out):
    """How far two people agree beyond chance, on items drawn at random."""

    kappa = fields.Float(allow_none=True)
    low = fields.Float(allow_none=True)
    high = fields.Float(allow_none=True)
    repeats = fields.Integer(metadata={"description": "Items that were asked about twice."})
    detail = fields.String()


class IssueOut(Out):
    """A label that is suspected to be wrong."""

    key = fields.String()
    value = fields.String()
    suspected = fields.String(metadata={"description": "The class that it should be."})
    quality = fields.Float(metadata={"description": "Probability that the label is right."})
