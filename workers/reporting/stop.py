"""Whether more labels are worth their price: advice with its conditions, never a switch."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import reduce
from typing import Any

import numpy as np

from service.domain.catalogue import GoalType
from service.runtime import Runtime
from service.store import batches, versions
from service.store.tables.learning import Version
from service.store.tables.pool import Project
from workers.learning import clauses, extrapolation, stability, stopping
from workers.learning.arrays import Flags, Ints
from workers.learning.clauses import Audited
from workers.learning.extrapolation import Gain
from workers.learning.stability import Opinion, Stability
from workers.learning.stopping import Advice, Learned
from workers.pool import opinions
from workers.reporting import searching
from workers.reporting.material import Material

MOST_VERSIONS = 200


@dataclass(frozen=True, kw_only=True, eq=False)
class Judged:
    """Versions on the same audit items; the last of them is the one in use."""

    labels: Ints
    """On which each was trained, int64[v]."""
    right: Flags
    """Whether it is right about each item, bool[v, m]."""


def judged(points: Sequence[tuple[int, Ints, Flags]]) -> Judged | None:
    """Bring the audit of several versions to the items that all of them are judged on.

    Args:
        points: labels of a version, positions int64[m] that it is judged on, and whether it is
            right about each, bool[m]; the version in use comes last.
    """
    if not points:
        return None
    common = reduce(np.intersect1d, [positions for _, positions, _ in points])
    rows = []
    for _, positions, right in points:
        order = np.argsort(positions)
        rows.append(right[order[np.searchsorted(positions[order], common)]])
    return Judged(
        labels=np.array([labels for labels, _, _ in points], dtype=np.int64),
        right=np.stack(rows),
    )


def section(
    runtime: Runtime,
    found: Material,
    *,
    audited: Audited | None,
    history: Judged | None,
    uncovered: float | None,
) -> dict[str, Any]:
    """Advise on a project by its goal.

    Args:
        audited: all audit labels that judge the version whose predictions are shown.
        history: it and versions before on the same audit items.
        uncovered: share of the pool in the largest region without enough labels.
    """
    project, version = found.project, found.version
    goal = project.goal or {}
    if goal.get("type") == GoalType.RECALL:
        positive = project.classes.index(goal["positive"])
        known = searching.searched(runtime, found, positive)
        return shown(stopping.on_recall(known, target=float(goal["target"])))
    target = float(goal["target"]) if goal else None
    learned = Learned(
        stability=_stability(runtime, project),
        audited=audited,
        gain=_gain(project, version, history, share=clauses.ahead(target).share),
        uncovered=uncovered,
    )
    return shown(stopping.on_accuracy(learned, target=target))


def shown(advice: Advice) -> dict[str, Any]:
    """The advice as the report has it."""
    return {
        "advice": str(advice.advice),
        "detail": advice.detail,
        "clauses": [asdict(clause) for clause in advice.clauses],
    }


def _stability(runtime: Runtime, project: Project) -> Stability:
    """Compare versions on the stop set of the newest; older ones had another."""
    with runtime.readers() as session:
        rows = versions.list_judged(session, project.id, limit=MOST_VERSIONS)
        size = batches.usual_size(session, project.id)
    kept = [(row.labels, opinions.read(runtime.blobs, row.stop_set or "")) for row in rows]
    alike = [
        Opinion(labels=labels, said=each.said)
        for labels, each in kept
        if np.array_equal(each.positions, kept[-1][1].positions)
    ]
    return stability.judge(alike, batch_size=size)


def _gain(
    project: Project, version: Version, history: Judged | None, *, share: float
) -> Gain | None:
    if history is None or not history.right.size:
        return None
    return extrapolation.gain(
        history.labels,
        history.right,
        at=version.labels,
        share=share,
        rng=np.random.default_rng([project.seed, version.number]),
    )
