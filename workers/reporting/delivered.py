"""The quality of all labels that a project delivers: those of people, and those predicted."""

from typing import Any

from service.domain.reports import no_quality_of_all
from workers.learning import estimates
from workers.learning.estimates import Estimate
from workers.learning.reserve import Evidence
from workers.reporting import words

METHOD = "people's labels as they are, the rest by the audited accuracy"
REPEATS = "people's labels by their agreement in blind repeats, the rest by the audited accuracy"


def section(
    evidence: Evidence,
    *,
    items: int,
    labelled: int,
    people: Estimate | None = None,
) -> dict[str, Any]:
    """Estimate (labels of people x their quality + predicted labels x accuracy) / items.

    Args:
        evidence: the audit of the version that predicts.
        items: of the pool.
        labelled: those that have a label of somebody.
        people: the share of people's labels that is right; none if nobody has measured it, and
            all of them are taken as right.
    """
    rest, judged = items - labelled, len(evidence.truth)
    if not items or (rest and judged < estimates.LEAST_LABELS):
        detail = "it needs the accuracy of the model, which cannot be told yet"
        return no_quality_of_all(detail)
    by_people = people or Estimate(value=1.0, low=1.0, high=1.0, confidence=1.0, method="assumed")
    predicted = _rest(evidence, rest) if rest else by_people
    value, low, high = (
        (labelled * ours + rest * theirs) / items
        for ours, theirs in (
            (by_people.value, predicted.value),
            (by_people.low, predicted.low),
            (by_people.high, predicted.high),
        )
    )
    return {
        "quality": value,
        "low": low,
        "high": high,
        "method": METHOD if people is None else REPEATS,
        "people": {
            "items": labelled,
            "quality": by_people.value,
            "is_assumed": people is None,
        },
        "predicted": {"items": rest, "quality": predicted.value, "is_assumed": False},
        "sentence": words.delivered(value, low, high, people=labelled, predicted=rest),
        "limits": words.LIMITS_OF_DELIVERED,
        "detail": None,
    }


def _rest(evidence: Evidence, rest: int) -> Estimate:
    """The accuracy on so many items that are not in the sample: n m / (n + m) labels tell of it.

    (The variance of the difference of two means of the same source, p (1 - p) (1/n + 1/m).)
    """
    judged, right = len(evidence.truth), int(evidence.right.sum())
    whole = judged + evidence.unanswerable
    return estimates.share(
        right,
        judged,
        unanswerable=evidence.unanswerable,
        labels=whole * rest / (whole + rest),
    )
