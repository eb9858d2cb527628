"""Sentences of a report, for people who pay for labels."""

from typing import Any

from workers.learning.estimates import Estimate
from workers.learning.regions import Flag, Region
from workers.learning.reserve import Evidence
from workers.learning.saved import Needed

_METHODS = {
    "wilson": "Wilson's interval",
    "clopper_pearson": "Clopper and Pearson's exact interval",
}
LIMITS_OF_QUALITY = (
    "It holds for items like those registered, which the model was never trained on. What is left "
    "unlabelled of a pool is usually easier. The interval is meant for one look: who looks again "
    "and again goes by `looks`, made for looks at 50, 100, 200 and so on audit labels."
)
LIMITS_OF_DELIVERED = (
    "Labels of people are taken as right where nobody has measured them. Where two people have "
    "labelled items drawn at random, all are taken to be equally good and to err independently: "
    "mistakes that they share go unseen, and where several have labelled an item its label is "
    "better than that. The model's part is taken to be as hard as the whole pool; it is usually "
    "easier, so the figure is a little low."
)

LIMITS_OF_REGIONS = (
    "Regions are groups of like items. On the mean at most one in ten of those called bad or "
    "overconfident is a false alarm, however often you look. What nobody has checked is not "
    "called either: ask for spot checks. Checks of versions with less than half of today's labels "
    "are left out."
)

LIMITS_OF_SAVED = (
    "It compares with a model of the same kind, taught by as many randomly chosen labels. The "
    "audit's own labels are on neither side: either way they are needed to know the accuracy. "
    "The range is a bootstrap's, 90 %."
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


def interval(found: Estimate | None) -> dict[str, Any] | None:
    """A share with its interval, as it goes over the wire."""
    if found is None:
        return None
    return {
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "method": found.method,
    }


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


def too_few(judged: int, *, least: int, pending: int, half_way: int, wanted: int) -> str:
    """Why there is no accuracy yet, and what would bring it.

    Args:
        pending: items that wait for others before them.
        half_way: items that have some of the labels they need, but not all.
        wanted: labels that an item needs.
    """
    waiting = (
        f" {count(pending)} items of the audit are labelled ahead of others that are still "
        "out; they count once those are in."
        if pending
        else ""
    )
    if half_way:
        waiting += (
            f" {count(half_way)} items of the audit have some of the {wanted} labels that "
            "`labels_per_item` asks for; they count once they have all, each from another person."
        )
    return (
        f"{count(judged)} audit labels are in; {count(max(1, least - judged))} more are needed "
        f"before a number means anything. They come mixed into ordinary batches.{waiting}"
    )


NO_CLUSTERS = "the pool is being divided into regions; the next report has them"
NO_FEATURES = "the items have no vectors, so nothing tells which of them are alike"
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


def region(found: Region, *, error: float) -> str:
    """What is wrong with a region, in a sentence."""
    checked = f"wrong in {found.wrong} of {found.checked} predictions that people checked here"
    if found.flags[0] is Flag.OVERCONFIDENT:
        return (
            f"The model is sure of itself here ({percent(found.confidence or 0)} on average), and "
            f"was {checked}."
        )
    if found.flags[0] is Flag.BAD:
        return f"The model was {checked}; overall it is wrong in about {percent(error)}."
    some = "None" if not found.labels else f"{found.labels}"
    return f"{some} of these {count(found.size)} items taught the model; it guesses here."


def too_few_random(judged: int, *, least: int) -> str:
    """Why labels saved cannot be told yet."""
    return (
        f"{count(judged)} audit labels are in; from {count(least)} on random choice can be "
        "imitated with them"
    )


def saved(found: Needed, *, used: int) -> str:
    """Labels saved, in a sentence."""
    low = count(found.low or 0)
    many = f"more than {low}" if found.high is None else f"between {low} and {count(found.high)}"
    return (
        f"Randomly chosen, it would have taken {many} labels to be as accurate as this model is "
        f"with {count(used)}."
    )
