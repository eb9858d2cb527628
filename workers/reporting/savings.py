"""Labels saved: what random choice would have needed for the accuracy of the version."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from service.runtime import Runtime
from service.store.tables.reports import Check
from workers import brought
from workers.learning import saved, specs
from workers.learning.arrays import Ints
from workers.learning.reserve import Evidence
from workers.learning.saved import LEAST_RANDOM, Needed
from workers.pool import features, measured
from workers.reporting import words
from workers.reporting.material import Material

MOST_ITEMS = 1_500
GROWTH = 1.5
"""The curve, twenty fits, is drawn anew when there are so many times as many audit labels."""
METHOD = "power law through versions fitted on randomly chosen labels"


def section(
    runtime: Runtime, found: Material, evidence: Evidence, rows: Sequence[Check]
) -> dict[str, Any]:
    """Estimate how many labels were saved, if there are enough that chance has chosen."""
    version, judged = found.version, len(evidence.truth)
    before: dict[str, Any] = found.before["labels_saved"] if found.before else {}
    if judged < GROWTH * before.get("audit_labels", 0):
        return before
    if brought.is_brought(version):
        return _none("nothing is trained here, so nothing can be compared")
    if not found.project.audit_threshold:
        return _none(words.NO_AUDIT)
    if judged < LEAST_RANDOM:
        return _none(words.too_few_random(judged, least=LEAST_RANDOM))
    needed = _needed(runtime, found, evidence, rows)
    shown = None if needed.low is None else {"low": needed.low, "high": needed.high}
    return {
        "random_would_need": shown,
        "used": version.labels,
        "version": version.number,
        "audit_labels": judged,
        "method": METHOD,
        "limits": words.LIMITS_OF_SAVED,
        "detail": needed.detail or words.saved(needed, used=version.labels),
    }


def _none(detail: str) -> dict[str, Any]:
    return {"random_would_need": None, "used": None, "detail": detail}


def _needed(runtime: Runtime, found: Material, evidence: Evidence, rows: Sequence[Check]) -> Needed:
    taught = found.labelled.taught
    explored = _explored(rows, taught.items)[: max(0, MOST_ITEMS - len(evidence.truth))]
    positions = np.concatenate([evidence.positions, explored])[:MOST_ITEMS]
    known = taught.labels[np.searchsorted(taught.items, explored)] if len(explored) else explored
    labels = np.concatenate([evidence.truth, known])[:MOST_ITEMS]
    judges = np.arange(len(positions)) < len(evidence.truth)
    right = np.zeros(len(positions), dtype=bool)
    right[judges] = evidence.right[: judges.sum()]
    order = np.argsort(positions)
    rng = np.random.default_rng([found.project.seed, len(evidence.truth)])
    tried = saved.trials(
        specs.of(found.version.report["chosen"]),
        features.take(runtime.blobs, found.shards, positions[order]),
        labels[order],
        judges[order],
        classes=len(found.project.classes),
        moments=measured.read(runtime.blobs, found.shards),
        rng=rng,
    )
    used = found.version.labels
    return saved.needed(tried, judges[order], right[order], used=used, rng=rng)


def _explored(rows: Sequence[Check], taught: Ints) -> Ints:
    """Items of coverage and of chance: those of spot checks were chosen for their confidence."""
    positions = [row.position for row in rows if row.reason != "spot_check"]
    return np.intersect1d(np.array(positions, dtype=np.int64), taught)
