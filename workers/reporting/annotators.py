"""How far people agree, and how good each one's labels are."""

from typing import Any

import numpy as np

from service.store.tables.pool import Project
from workers.learning import agreement, crowdlab, votes
from workers.learning.arrays import Floats, Ints
from workers.learning.estimates import Estimate
from workers.reporting.people import People

METHOD = "share of other people's labels of the same items that say the same (Wilson)"
QUALITY = (
    "mean probability of a label by the other people and by models without the item (CROWDLAB)"
)


def section(project: Project, people: People) -> list[dict[str, Any]]:
    """Everybody who has labelled, by name: how many labels, agreement, quality.

    What cannot be told is null, and `detail` says what would make it known.
    """
    if not people.spoken:
        return []
    named = votes.of_rows(people.spoken, classes=len(project.classes))
    agreements = agreement.of_annotators(named.votes)
    qualities = _qualities(people)
    return [
        {
            "annotator": name,
            "labels": count,
            "agreement": found.value if found else None,
            "low": found.low if found else None,
            "high": found.high if found else None,
            "compared": found.compared if found else 0,
            "method": METHOD,
            "quality": qualities.get(name),
            "quality_method": QUALITY,
            "detail": _detail(project, has_agreement=found is not None),
        }
        for name, count, found in zip(
            named.annotators, named.votes.of_annotator.tolist(), agreements, strict=True
        )
    ]


def repeats(people: People) -> dict[str, Any]:
    """Agreement beyond chance on items that were drawn at random and asked about twice."""
    mine, theirs = _pairs(people)
    found = agreement.kappa(mine, theirs)
    if found is None:
        detail = (
            "Not known yet: it needs items that two people labelled without knowing of each "
            "other. With `labels_per_item` above 1 and two people who label, a twentieth of each "
            "batch is for that."
        )
        return {"kappa": None, "low": None, "high": None, "repeats": len(mine), "detail": detail}
    same = float(np.mean(mine == theirs))
    return {
        "kappa": found.value,
        "low": found.low,
        "high": found.high,
        "repeats": found.compared,
        "detail": (
            f"Two people who label the same item say the same in {same:.0%} of "
            f"{found.compared} items drawn at random; 1 is full agreement, 0 that of chance."
        ),
    }


def rightness(project: Project, people: People) -> Estimate | None:
    """The share of people's labels that is right, as far as blind repeats tell."""
    mine, theirs = _pairs(people)
    return agreement.rightness(mine, theirs, classes=len(project.classes))


def _pairs(people: People) -> tuple[Ints, Ints]:
    """What somebody else said of an item first, and what was said of it in a blind repeat."""
    first = _first_labels(people)
    pairs = [(first[at, who], value) for at, value, _, who in people.repeated if (at, who) in first]
    mine, theirs = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return mine, theirs


def _first_labels(people: People) -> dict[tuple[int, str], int]:
    """What another person said of an item first, by item and who repeats it."""
    wanted = {(at, who) for at, _, _, who in people.repeated}
    asked: dict[int, list[str]] = {}
    for at, who in wanted:
        asked.setdefault(at, []).append(who)
    first: dict[tuple[int, str], int] = {}
    for at, value, _, who in sorted(people.spoken, key=lambda row: row[2]):
        for repeater in asked.get(at, ()):
            if who != repeater:
                first.setdefault((at, repeater), value)
    return first


def _qualities(people: People) -> dict[str, float]:
    if people.judged is None:
        return {}
    found = people.judged.votes
    weights = crowdlab.weigh(found, people.proba)
    others: Floats = crowdlab.posterior(found, people.proba, weights, without_own=True)
    return dict(
        zip(people.judged.annotators, agreement.qualities(found, others).tolist(), strict=True)
    )


def _detail(project: Project, *, has_agreement: bool) -> str | None:
    if has_agreement:
        return None
    if project.labels_per_item == 1:
        return "Agreement needs items with several labels: set `labels_per_item` to 2 or more."
    return "Agreement needs items that somebody else has labelled too; there are none yet."
