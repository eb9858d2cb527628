"""Sentences of a report, for people who pay for labels."""

from workers.learning.estimates import Estimate
from workers.learning.reserve import Evidence

_METHODS = {
    "wilson": "Wilson's interval",
    "clopper_pearson": "Clopper and Pearson's exact interval",
}
LIMITS_OF_QUALITY = (
    "It holds for items like those registered, which the model was never trained on. What is left "
    "unlabelled of a pool is usually easier. The interval is meant for one look: who looks again "
    "and again goes by `looks`."
)
LIMITS_OF_DELIVERED = (
    "Labels of people are taken as right where nobody has measured them. The model's part is "
    "taken to be as hard as the whole pool; it is usually easier, so the figure is a little low."
)


def percent(share: float) -> str:
    """A share in words.

    >>> percent(0.9312)
    '93.1 %'
    """
    return f"{100 * share:.1f} %"


def count(number: int) -> str:
    """A number with its thousands apart.

    >>> count(1000000)
    '1,000,000'
    """
    return f"{number:,}"


def quality(
    found: Estimate,
    evidence: Evidence,
    *,
    population: int,
    excluded: int,
    version: int,
    labels: int,
) -> str:
    """The accuracy in a sentence."""
    right, judged = int(evidence.right.sum()), len(evidence.truth)
    among = "" if not excluded else " that nobody had labelled before the audit began"
    told = (
        f"Estimated accuracy {percent(found.value)}; the true figure is between "
        f"{percent(found.low)} and {percent(found.high)} in 95 of 100 such audits "
        f"({_METHODS[found.method]}). Of {count(judged)} items drawn at random from "
        f"{count(population)}{among}, and kept out of training, version {version} got "
        f"{count(right)} right; it was trained on {count(labels)} others."
    )
    if evidence.unanswerable:
        told += (
            f" {count(evidence.unanswerable)} more were drawn that people could not label: the "
            "lower end counts them as wrong, the upper end as right."
        )
    return told


def too_few(judged: int, *, least: int, pending: int) -> str:
    """Why there is no accuracy yet, and what would bring it."""
    waiting = (
        f" {count(pending)} items of the audit are labelled ahead of others that are still "
        "out; they count once those are in."
        if pending
        else ""
    )
    return (
        f"{count(judged)} audit labels are in; {count(max(1, least - judged))} more are needed "
        f"before a number means anything. They come mixed into ordinary batches.{waiting}"
    )


NO_AUDIT = (
    "nothing is set aside to measure on: PATCH batch.audit_share to 0.1, say, and one item in ten "
    "of each batch will be one drawn at random and kept out of training"
)


def released(day: str) -> str:
    """Why later versions have no accuracy."""
    return (
        f"the audit reserve was released on {day}: versions since are trained on its items, so "
        "these cannot judge them any more. Setting batch.audit_share above 0 begins a new audit, "
        "of items that nobody has labelled yet"
    )


def delivered(value: float, low: float, high: float, *, people: int, predicted: int) -> str:
    """The quality of all labels in a sentence."""
    return (
        f"If you take {count(people)} labels from people and the model's for the other "
        f"{count(predicted)} items, about {percent(value)} of all labels are right "
        f"(95 % interval {percent(low)} to {percent(high)})."
    )
