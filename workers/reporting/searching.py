"""How far a search for all items of a class has come, read from labels and predictions."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.runtime import Runtime
from service.store import projects
from service.store.tables.learning import RunShard, Version
from service.store.training import Row
from workers.learning import consensus, recall
from workers.learning.arrays import Flags, Floats, Ints
from workers.learning.recall import Part
from workers.learning.stopping import Searched
from workers.pool import predicted
from workers.reporting.material import Material


@dataclass(frozen=True, kw_only=True, eq=False)
class _Sample:
    """Labelled items of the reserve: bool[n] each."""

    positive: Flags
    reached: Flags
    """Whether the run would have come to it: it is likelier than all that is still to be asked."""


def searched(runtime: Runtime, found: Material, positive: int) -> Searched:
    """Put together what the tests of a search go by.

    The labelled part of the reserve is the random sample. Its positives count as found, and
    train nothing until the reserve is released: so the version, which has never seen them, says
    by itself whether the run would have come to each by now.

    Args:
        positive: index of the class that is sought.
    """
    project, rows, reserved = found.project, found.labelled.known, found.labelled.truth
    with runtime.readers() as session:
        untouched = projects.count_untouched_reserve(session, project)
    known = consensus.of_rows(rows)
    scores = _scores(runtime, found.version, found.scored, positive)
    inside = reserved.items < len(scores)
    sample = _Sample(
        positive=(reserved.labels == positive)[inside],
        reached=scores[reserved.items[inside]] > _next(scores, found.closed),
    )
    so_far = int(np.sum(known.labels == positive))
    left = sample.positive[~sample.reached]
    outside = max(0, project.item_count - len(known.items) - untouched)
    parts = [
        Part(unseen=outside, sampled=len(left), positive=int(left.sum())),
        Part(
            unseen=untouched,
            sampled=len(sample.positive),
            positive=int(sample.positive.sum()),
        ),
    ]
    order = _in_order(rows, known.items)
    return Searched(
        sampled=int(sample.positive.sum()),
        reached=int((sample.positive & sample.reached).sum()),
        p_value=recall.p_value(
            (known.labels == positive)[order],
            pool=project.item_count,
            target=float((project.goal or {})["target"]),
        ),
        total=recall.total(so_far, parts),
    )


def _scores(
    runtime: Runtime, version: Version, scored: Sequence[RunShard], positive: int
) -> Floats:
    """Probability of the sought class by position, float64[N]; nan where nothing is known."""
    end = scored[-1].first_position + scored[-1].rows if scored else 0
    scores = np.full(end, np.nan)
    if positive >= len(version.classes):  # the version was made before the class
        return scores
    for shard in scored:
        rows = slice(shard.first_position, shard.first_position + shard.rows)
        scores[rows] = predicted.probabilities(
            runtime.blobs, shard, classes=len(version.classes), of=positive
        )
    return scores


def _next(scores: Floats, closed: Ints) -> float:
    """The highest score of what may still be asked; below all if nothing may."""
    free = scores.copy()
    free[closed[closed < len(free)]] = np.nan
    free = free[~np.isnan(free)]
    return float(free.max()) if len(free) else -1.0


def _in_order(rows: Sequence[Row], items: Ints) -> Ints:
    """The order in which items had their first labels: indices into `items`."""
    first = np.full(len(items), np.iinfo(np.int64).max)
    at = np.searchsorted(items, np.array([row[0] for row in rows], dtype=np.int64))
    np.minimum.at(first, at, np.array([row[2] for row in rows], dtype=np.int64))
    return np.argsort(first, kind="stable").astype(np.int64)
