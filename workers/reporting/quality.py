"""The accuracy of a version, class by class and over all versions, on audit labels alone."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from service.domain.reports import no_quality
from workers.learning import adjusted, estimates, per_class
from workers.learning.estimates import HALF_WIDTH, LEAST_LABELS, Estimate
from workers.learning.per_class import OfClass
from workers.learning.reserve import UNANSWERED, Evidence
from workers.reporting import words
from workers.reporting.material import Material

LONGEST_CURVE = 40


def accuracy(evidence: Evidence) -> Estimate | None:
    """The accuracy that is shown; none of too few labels."""
    if len(evidence.truth) < LEAST_LABELS:
        return None
    right = int(evidence.right.sum())
    return estimates.share(right, len(evidence.truth), unanswerable=evidence.unanswerable)


def section(material: Material, evidence: Evidence, *, seed: int) -> dict[str, Any]:
    """The quality of the version whose predictions are shown."""
    found = accuracy(evidence)
    if found is None:
        return _none(material, evidence)
    judged, right = len(evidence.truth), int(evidence.right.sum())
    more = estimates.more_needed(found, judged, unanswerable=evidence.unanswerable)
    look, confidence = estimates.at_look(judged)
    held = estimates.share(right, judged, unanswerable=evidence.unanswerable, confidence=confidence)
    return {
        "accuracy": found.value,
        "low": found.low,
        "high": found.high,
        "confidence": found.confidence,
        "method": found.method,
        "audit_labels": judged,
        "unanswerable": evidence.unanswerable,
        "population": material.population,
        "version": material.version.number,
        "looks": {"number": look, "confidence": confidence, "low": held.low, "high": held.high},
        "classes": _classes(material.project.classes, evidence, seed=seed),
        "alternatives": _alternatives(evidence),
        "needed": {"half_width": HALF_WIDTH, "audit_labels": more} if more > 0 else None,
        "sentence": words.quality(
            found,
            evidence,
            population=material.population,
            excluded=material.project.audit_excluded,
            version=material.version.number,
            labels=material.version.labels,
        ),
        "limits": words.LIMITS_OF_QUALITY,
        "detail": None,
    }


def curve(points: Sequence[tuple[Evidence, int, int]]) -> list[dict[str, Any]]:
    """Versions on today's audit labels: their evidence, their numbers, and their labels."""
    shown = []
    for evidence, number, labels in thinned(points):
        found = accuracy(evidence)
        if found is not None:
            shown.append(
                {
                    "labels": labels,
                    "version": number,
                    "accuracy": found.value,
                    "low": found.low,
                    "high": found.high,
                    "audit_labels": len(evidence.truth),
                }
            )
    return shown


def thinned(points: Sequence[Any], most: int = LONGEST_CURVE) -> Sequence[Any]:
    """The first, the last, and others evenly between.

    >>> thinned(range(9), most=3)
    [0, 4, 8]
    """
    if len(points) <= most:
        return list(points)
    kept = np.linspace(0, len(points) - 1, most).round().astype(int)
    return [points[each] for each in kept]


def _none(material: Material, evidence: Evidence) -> dict[str, Any]:
    project, judged = material.project, len(evidence.truth)
    if project.audit_threshold:
        answered = int((material.reserve.truth != UNANSWERED).sum())
        detail = words.too_few(
            judged,
            least=LEAST_LABELS,
            pending=max(0, answered - judged),
            half_way=_half_way(material),
            wanted=project.labels_per_item,
        )
        needed = {"half_width": HALF_WIDTH, "audit_labels": estimates.needed(0.9) - judged}
        return no_quality(audit_labels=judged, detail=detail, needed=needed)
    if project.audit_released_at is None:
        return no_quality(audit_labels=0, detail=words.NO_AUDIT)
    detail = words.released(f"{project.audit_released_at:%-d %B %Y}")
    return no_quality(audit_labels=0, detail=detail)


def _half_way(material: Material) -> int:
    """Items of the reserve with some of the labels they need, but not all."""
    spoken = np.unique([row[0] for row in material.labelled.known])
    unknown = material.reserve.positions[material.reserve.truth == UNANSWERED]
    return int(np.isin(unknown, spoken).sum())


def _alternatives(evidence: Evidence) -> list[dict[str, Any]]:
    if evidence.unanswerable:  # they know no bounds
        return []
    given = (evidence.right, evidence.confidences, evidence.rest)
    found = (adjusted.aipw(*given), adjusted.stratified(*given))
    return [
        {
            "method": each.method,
            "accuracy": each.value,
            "low": each.low,
            "high": each.high,
            "limits": adjusted.METHODS[each.method],
        }
        for each in found
        if each is not None
    ]


def _classes(names: Sequence[str], evidence: Evidence, *, seed: int) -> list[dict[str, Any]]:
    rng = np.random.default_rng([seed, len(evidence.truth)])
    found = per_class.of_classes(evidence.truth, evidence.predicted, classes=len(names), rng=rng)
    return [_class(name, each) for name, each in zip(names, found, strict=True)]


def _class(name: str, found: OfClass) -> dict[str, Any]:
    return {
        "class": name,
        "positives": found.positives,
        "predicted": found.predicted,
        "precision": words.interval(found.precision),
        "recall": words.interval(found.recall),
        "f1": words.interval(found.f1),
        "needed": found.needed,
        "detail": _why(found),
    }


def _why(found: OfClass) -> str | None:
    if found.recall is None:
        return (
            f"{found.positives} audited items are of this class; {per_class.LEAST_POSITIVES} are "
            "needed"
        )
    return None if found.precision is not None else "no audited item is called so by the model"
