"""All sections of a report, as one document."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from service.domain import reports as nulls
from service.runtime import Runtime
from service.store import items
from service.store.tables.learning import Version
from service.store.tables.reports import Check, Spot
from workers.learning import regions, reserve
from workers.learning.clauses import Audited
from workers.learning.coverage import Assigned
from workers.learning.regions import Region
from workers.learning.reserve import Evidence, Said
from workers.pool import clusterings, predicted
from workers.pool import said as files
from workers.pool.heldout import HeldOut
from workers.reporting import (
    annotators,
    blind,
    checking,
    delivered,
    issues,
    people,
    quality,
    savings,
    stop,
    words,
)
from workers.reporting.blind import Checked
from workers.reporting.material import Material

MOST_LOOKED_AT = 200_000
"""Items among which a report seeks what to check: of a larger pool so many at random."""
OF_TODAY = 0.5
"""Versions that spoke of less of today's audit than this part have no say in what is to gain."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Made:
    """A report, and what was found out on the way to it."""

    document: dict[str, Any]
    said: Said
    """What the version says of the reserve."""
    checks: Sequence[Check]
    """Predictions that were compared for the first time."""
    spots: Sequence[Spot] | None
    """What people should check; None where the pool has no clusters."""
    held_out: HeldOut | None
    """What versions without an item say of it, if they were made for this."""


def make(runtime: Runtime, found: Material) -> Made:
    """Make every section."""
    project = found.project
    said = _said(runtime, found, found.reserve.positions)
    evidence = reserve.judged(found.reserve, said)
    fresh = checking.checks_of(runtime, project, found.shards, found.answered)
    coverage, spots, uncovered = _coverage(runtime, found, evidence, fresh)
    history = _history(runtime, found, evidence)
    spoken = people.load(runtime, project, found.labelled, found.shards, found.version)
    document = {
        "quality": quality.section(found, evidence, seed=project.seed),
        "curve": _curve(found, history),
        "delivered": delivered.section(
            evidence,
            items=project.item_count,
            labelled=found.labelled.items,
            people=annotators.rightness(project, spoken),
        ),
        "coverage": coverage,
        "stop": stop.section(
            runtime,
            found,
            audited=Audited(
                labels=len(evidence.truth),
                right=int(evidence.right.sum()),
                unanswerable=evidence.unanswerable,
            ),
            history=stop.judged(
                [
                    (version.labels, past.positions, past.right)
                    for past, version in history
                    if len(past.truth) >= OF_TODAY * len(evidence.truth)
                ]
            ),
            uncovered=uncovered,
        ),
        "labels_saved": savings.section(runtime, found, evidence, [*found.checks, *fresh]),
        "annotators": annotators.section(project, spoken),
        "agreement": annotators.repeats(spoken),
        "label_issues": issues.section(runtime, project, spoken),
    }
    return Made(document=document, said=said, checks=fresh, spots=spots, held_out=spoken.made)


def _said(runtime: Runtime, found: Material, positions: Any) -> Said:
    classes = len(found.version.classes)
    return predicted.said(runtime.blobs, found.scored, np.sort(positions), classes=classes)


def _history(runtime: Runtime, found: Material, now: Evidence) -> list[tuple[Evidence, Version]]:
    """Versions before, each by today's audit labels, and the one whose predictions are shown."""
    before = quality.thinned(found.audited) if found.project.audit_threshold else []
    points = [
        (reserve.judged(found.reserve, files.read(runtime.blobs.path(kept.said))), version)
        for kept, version in before
        if version.id != found.version.id
    ]
    return [*points, (now, found.version)]


def _curve(found: Material, history: Sequence[tuple[Evidence, Version]]) -> list[dict[str, Any]]:
    """The versions so far; as it was, once the reserve is released."""
    if not found.project.audit_threshold:
        return found.before["curve"] if found.before else []
    points = sorted(history, key=lambda point: point[1].number)
    return quality.curve([(each, version.number, version.labels) for each, version in points])


def _coverage(
    runtime: Runtime, found: Material, evidence: Evidence, fresh: Sequence[Check]
) -> tuple[dict[str, Any], Sequence[Spot] | None, float | None]:
    """The regions, what is to be checked in them, and the share of the largest without labels."""
    project = found.project
    if found.clustering is None:
        detail = words.NO_CLUSTERS if project.has_features else words.NO_FEATURES
        return nulls.no_coverage(detail), None, None
    clusters = clusterings.of_pool(runtime.blobs, found.shards, found.clustering.number)
    rows = sorted([*found.checks, *fresh], key=lambda row: row.position)
    known = blind.checked(clusters, evidence, rows, found.labelled.taught)
    judged = blind.found(clusters, found.labelled.taught.items, known)
    rng = np.random.default_rng([project.seed, project.label_events])
    some = rng.choice(
        len(clusters), min(len(clusters), MOST_LOOKED_AT), replace=False, shuffle=False
    )
    free = np.setdiff1d(some, found.closed)
    spots = blind.spots(
        clusters,
        _said(runtime, found, free),
        judged,
        project_id=project.id,
        share=len(some) / max(1, len(clusters)),
        rng=rng,
    )
    shown = _shown(runtime, found, clusters, known, judged)
    return shown, spots, regions.largest_uncovered(judged)


def _shown(
    runtime: Runtime, found: Material, clusters: Assigned, known: Checked, judged: list[Region]
) -> dict[str, Any]:
    project = found.project
    rng = np.random.default_rng(project.seed)
    examples = blind.examples(clusters, known, blind.shown(judged), rng)
    wanted = sorted({each for some in examples.values() for each in some})
    with runtime.readers() as session:
        there = items.at_positions(session, project.id, wanted)
    keys = {at: item.key for at, item in there.items() if item.state != "deleted"}
    return blind.section(judged, known, examples, keys)
