"""All sections of a report, as one document."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from service.domain import reports as nulls
from service.runtime import Runtime
from service.store import items, masks
from service.store.tables.reports import Check, Spot
from workers.learning import reserve
from workers.learning.coverage import Assigned
from workers.learning.regions import Region
from workers.learning.reserve import Evidence, Said
from workers.pool import clusterings, predicted
from workers.pool import said as files
from workers.reporting import blind, checking, delivered, quality, savings, words
from workers.reporting.blind import Checked
from workers.reporting.material import Material


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


def make(runtime: Runtime, found: Material) -> Made:
    """Make every section."""
    project = found.project
    said = _said(runtime, found, found.reserve.positions)
    evidence = reserve.judged(found.reserve, said)
    fresh = checking.checks_of(runtime, project, found.shards, found.answered)
    coverage, spots = _coverage(runtime, found, evidence, fresh)
    document = nulls.empty(audit_labels=len(evidence.truth), detail=nulls.LATER) | {
        "quality": quality.section(found, evidence, seed=project.seed),
        "curve": _curve(runtime, found, evidence),
        "delivered": delivered.section(
            evidence, items=project.item_count, labelled=project.labelled_count
        ),
        "coverage": coverage,
        "labels_saved": savings.section(runtime, found, evidence, [*found.checks, *fresh]),
    }
    return Made(document=document, said=said, checks=fresh, spots=spots)


def _said(runtime: Runtime, found: Material, positions: Any) -> Said:
    classes = len(found.version.classes)
    return predicted.said(runtime.blobs, found.scored, np.sort(positions), classes=classes)


def _curve(runtime: Runtime, found: Material, now: Evidence) -> list[dict[str, Any]]:
    """The versions so far; as it was, once the reserve is released."""
    if not found.project.audit_threshold:
        return found.before["curve"] if found.before else []
    points = [
        (reserve.judged(found.reserve, files.read(runtime.blobs.path(kept.said))), version)
        for kept, version in quality.thinned(found.audited)
        if version.id != found.version.id
    ]
    points.append((now, found.version))
    points.sort(key=lambda point: point[1].number)
    return quality.curve([(each, version.number, version.labels) for each, version in points])


def _coverage(
    runtime: Runtime, found: Material, evidence: Evidence, fresh: Sequence[Check]
) -> tuple[dict[str, Any], Sequence[Spot] | None]:
    """The regions, and what is to be checked in them."""
    project = found.project
    if found.clustering is None:
        detail = words.NO_CLUSTERS if project.has_features else words.NO_FEATURES
        return nulls.no_coverage(detail), None
    clusters = clusterings.of_pool(runtime.blobs, found.shards, found.clustering.number)
    rows = sorted([*found.checks, *fresh], key=lambda row: row.position)
    known = blind.checked(clusters, evidence, rows, found.taught)
    judged = blind.found(clusters, found.taught.items, known)
    with runtime.readers() as session:
        closed = masks.closed_positions(session, project)
    free = np.setdiff1d(np.arange(len(clusters)), np.array(closed, dtype=np.int64))
    spots = blind.spots(
        clusters,
        _said(runtime, found, free),
        judged,
        project_id=project.id,
        seed=[project.seed, project.label_events],
    )
    return _shown(runtime, found, clusters, known, judged), spots


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
