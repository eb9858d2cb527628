"""The regions of a pool in which the model is blind, and what people should check to find them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from service.store.tables.reports import Check, Spot
from workers.learning import regions, spotting
from workers.learning.arrays import Ints
from workers.learning.consensus import Resolved
from workers.learning.coverage import NOWHERE, Assigned
from workers.learning.regions import FALSE_DISCOVERIES, Checks, Flag, Region
from workers.learning.reserve import Evidence, Said
from workers.reporting import words

MOST_SHOWN = 50
EXAMPLES = 5
SPOTS = 300


@dataclass(frozen=True, kw_only=True, eq=False)
class Checked:
    """Items whose prediction people have checked: by the audit, by coverage, by spot checks."""

    positions: Ints
    predicted: Ints
    truth: Ints
    checks: Checks


def checked(
    clusters: Assigned, evidence: Evidence, rows: Sequence[Check], truth: Resolved
) -> Checked:
    """Put the audit and the other checks together, without items that are in no cluster."""
    known = dict(zip(truth.items.tolist(), truth.labels.tolist(), strict=True))
    rows = [row for row in rows if row.position in known]
    positions = np.concatenate([evidence.positions, _ints(row.position for row in rows)])
    predicted = np.concatenate([evidence.predicted, _ints(row.predicted for row in rows)])
    said = np.concatenate([evidence.truth, _ints(known[row.position] for row in rows)])
    sure = np.concatenate([evidence.confidences, [row.confidence for row in rows]])
    is_uniform = np.concatenate(
        [np.ones(len(evidence.truth), bool), [row.reason != "spot_check" for row in rows]]
    ).astype(bool)
    inside = np.flatnonzero(positions < len(clusters))
    inside = inside[clusters[positions[inside]] != NOWHERE]
    return Checked(
        positions=positions[inside],
        predicted=predicted[inside],
        truth=said[inside],
        checks=Checks(
            clusters=clusters[positions[inside]].astype(np.int64),
            is_wrong=(predicted != said)[inside],
            confidences=sure[inside],
            is_uniform=is_uniform[inside],
        ),
    )


def found(clusters: Assigned, labelled: Ints, known: Checked) -> list[Region]:
    """Judge the clusters of a pool by what was labelled and checked in them."""
    sizes = np.bincount(clusters, minlength=NOWHERE + 1)[:NOWHERE]
    sizes = sizes[: int(np.flatnonzero(sizes)[-1]) + 1] if sizes.any() else sizes[:0]
    inside = clusters[labelled[labelled < len(clusters)]]
    labels = np.bincount(inside[inside != NOWHERE], minlength=len(sizes))
    return regions.found(sizes, labels, known.checks)


def spots(
    clusters: Assigned,
    free: Said,
    judged: list[Region],
    *,
    project_id: int,
    share: float,
    rng: np.random.Generator,
) -> list[Spot]:
    """Which of the items that may be served are to be checked, in their order.

    Args:
        free: some of those that may be served, drawn at random.
        share: how probable it was for each to be drawn.
    """
    inside = np.flatnonzero(free.positions < len(clusters))
    inside = inside[clusters[free.positions[inside]] != NOWHERE]
    drawn = spotting.order(
        clusters[free.positions[inside]].astype(np.int64),
        free.positions[inside],
        free.confidences[inside],
        regions.by_cluster(judged, lambda each: each.checked),
        [each.cluster for each in regions.suspicion(judged)],
        count=SPOTS,
        rng=rng,
    )
    chances = share * drawn.probabilities
    columns = (drawn.positions, drawn.is_suspect, drawn.confidences, chances)
    return [
        Spot(
            project_id=project_id,
            place=place,
            position=position,
            is_suspect=bool(is_suspect),
            confidence=confidence,
            probability=probability,
        )
        for place, (position, is_suspect, confidence, probability) in enumerate(
            zip(*(each.tolist() for each in columns), strict=True), 1
        )
    ]


def shown(judged: Sequence[Region]) -> list[Region]:
    """Flagged regions, the gravest first, then the largest."""
    grave = list(Flag)
    flagged = [each for each in judged if each.flags]
    flagged.sort(key=lambda each: (grave.index(each.flags[0]), -each.size, each.cluster))
    return flagged[:MOST_SHOWN]


def examples(
    clusters: Assigned, known: Checked, some: Sequence[Region], rng: np.random.Generator
) -> dict[int, list[int]]:
    """Positions of some items of each region: first what was found wrong, then any."""
    found_in = {}
    for region in some:
        members = np.flatnonzero(clusters == region.cluster)
        wrong = known.positions[known.checks.is_wrong & (known.checks.clusters == region.cluster)]
        others = rng.choice(members, min(EXAMPLES, len(members)), replace=False)
        picked = dict.fromkeys([*wrong.tolist(), *others.tolist()])
        found_in[region.cluster] = list(picked)[:EXAMPLES]
    return found_in


def section(
    judged: Sequence[Region],
    known: Checked,
    positions: Mapping[int, Sequence[int]],
    keys: Mapping[int, str],
) -> dict[str, Any]:
    """What is shown of the regions; `keys` of the examples by position."""
    sizes = regions.by_cluster(judged, lambda each: each.size)
    total, error = int(sizes.sum()), regions.error_of(sizes, known.checks)
    return {
        "clusters": len(judged),
        "uncovered": sum(Flag.UNCOVERED in each.flags for each in judged),
        "regions": [
            {
                "cluster": each.cluster,
                "share": each.size / total,
                "labels": each.labels,
                "flag": str(each.flags[0]),
                "flags": [str(flag) for flag in each.flags],
                "checked": each.checked,
                "wrong": each.wrong,
                "error": words.interval(each.error),
                "confidence": each.confidence,
                "examples": [keys[at] for at in positions[each.cluster] if at in keys],
                "detail": words.region(each, error=error),
            }
            for each in shown(judged)
        ],
        "false_discovery_rate": FALSE_DISCOVERIES,
        "limits": words.LIMITS_OF_REGIONS,
        "detail": None,
    }


def _ints(values: Any) -> Ints:
    return np.fromiter(values, dtype=np.int64)
