"""Clusters of a pool in which a model is blind: not looked into, often wrong, or too sure.

SCIENCE of it: Attenberg, Ipeirotis and Provost 2015 (beat the machine); Lakkaraju et al. 2017
(confident errors come from systematic gaps). Flags are tests over all clusters at once, held to
a false discovery rate. They are read after every few labels, and what was found decides where
people look next, so their evidence must bear both (`evalues`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from workers.learning import estimates, evalues
from workers.learning.arrays import Flags, Floats, Ints
from workers.learning.estimates import Estimate

FALSE_DISCOVERIES = 0.1
"""Of the flags `bad` and `overconfident`, the share that may be false alarms."""
WORSE = 1.5
"""A bad region is wrong so many times as often as the model is overall."""
TOO_SURE = 0.15
"""How much more confident than right an overconfident region is, at least."""
SUSPICIOUS = 2.0
"""A region is looked into while what was found bets so many to one against its confidence.

One wrong prediction does where the model claimed .82 or more; a right one after it undoes that, so
that ordinary mistakes cost one look more.
"""
LEAST_CHECKED = 8
"""Checked predictions before a region may be called bad."""
LEAST_LABELS, LEAST_OF_EXPECTED = 3, 0.1


class Flag(StrEnum):
    """What is wrong with a region; the gravest first."""

    OVERCONFIDENT = "overconfident"
    BAD = "bad"
    UNCOVERED = "uncovered"


_GRAVE = {Flag.BAD, Flag.OVERCONFIDENT}


@dataclass(frozen=True, kw_only=True, eq=False)
class Checks:
    """Predictions that people have checked, of versions not trained on their items."""

    clusters: Ints
    """int64[n]."""
    is_wrong: Flags
    confidences: Floats
    """Of the decisions, float64[n]."""
    is_uniform: Flags
    """Whether the item was drawn uniformly within its cluster, and not for its confidence."""


@dataclass(frozen=True, kw_only=True)
class Region:
    """A cluster, and what is known of it."""

    cluster: int
    size: int
    labels: int
    checked: int
    wrong: int
    error: Estimate | None
    """Of a prediction there, by the items that were drawn uniformly; None without any."""
    confidence: float | None
    """Mean of the checked predictions."""
    evidence: float
    """Against its confidence less `TOO_SURE`, an e-value: 1 without any."""
    flags: tuple[Flag, ...]


def found(sizes: Ints, labels: Ints, checks: Checks) -> list[Region]:
    """Judge every cluster that has items.

    Args:
        sizes: items of each cluster, int64[C].
        labels: labels to train on in each, int64[C].
    """
    counts, wrong, sure = _by_cluster(checks, np.ones(len(checks.clusters), bool), len(sizes))
    drawn, drawn_wrong, _ = _by_cluster(checks, checks.is_uniform, len(sizes))
    claimed = np.maximum(0.0, checks.confidences - TOO_SURE)
    evidence = evalues.against_chances(checks.clusters, ~checks.is_wrong, claimed, count=len(sizes))
    worse = evalues.against_rate(drawn_wrong, drawn, min(0.9, WORSE * error_of(sizes, checks)))
    both = np.concatenate([evidence, np.where(drawn >= LEAST_CHECKED, worse, 0.0)])
    tests = 2 * int(np.count_nonzero(sizes))
    is_flagged = evalues.discovered(both, rate=FALSE_DISCOVERIES, tests=tests)
    is_too_sure, is_bad = is_flagged[: len(sizes)], is_flagged[len(sizes) :]
    is_uncovered = labels < np.minimum(sizes, _least_labels(sizes, labels))
    named = ((Flag.OVERCONFIDENT, is_too_sure), (Flag.BAD, is_bad), (Flag.UNCOVERED, is_uncovered))
    return [
        Region(
            cluster=each,
            size=int(sizes[each]),
            labels=int(labels[each]),
            checked=int(counts[each]),
            wrong=int(wrong[each]),
            error=estimates.share(int(drawn_wrong[each]), int(drawn[each]))
            if drawn[each]
            else None,
            confidence=float(sure[each] / counts[each]) if counts[each] else None,
            evidence=float(evidence[each]),
            flags=tuple(flag for flag, holds in named if holds[each]),
        )
        for each in np.flatnonzero(sizes).tolist()
    ]


def error_of(sizes: Ints, checks: Checks) -> float:
    """How often the model is wrong overall, by what was drawn uniformly within the clusters.

    Each cluster that was looked into counts by its size, and not by how often that was.
    """
    drawn, wrong, _ = _by_cluster(checks, checks.is_uniform, len(sizes))
    weights, count = sizes * (drawn > 0), int(drawn.sum())
    rate = float((weights * wrong / np.maximum(drawn, 1)).sum() / max(1, weights.sum()))
    return (count * rate + 0.5) / (count + 1)


def suspicion(regions: list[Region]) -> list[Region]:
    """Regions worth a look: first what may be too sure, by its evidence, then what is flagged.

    A flag is told already: what may become one comes first.
    """

    def rank(region: Region) -> tuple[bool, float]:
        return not _GRAVE & set(region.flags), region.evidence

    looked = [each for each in regions if _GRAVE & set(each.flags) or each.evidence >= SUSPICIOUS]
    return sorted(looked, key=rank, reverse=True)


def by_cluster(regions: Sequence[Region], number: Callable[[Region], int]) -> Ints:
    """A number of each region at its cluster, 0 at those without items, int64[C]."""
    found = np.zeros(max((each.cluster for each in regions), default=-1) + 1, dtype=np.int64)
    found[[each.cluster for each in regions]] = [number(each) for each in regions]
    return found


def largest_uncovered(judged: list[Region]) -> float:
    """Share of the pool in the largest region without enough labels; 0 where there is none."""
    total = sum(each.size for each in judged)
    return max((each.size for each in judged if Flag.UNCOVERED in each.flags), default=0) / (
        total or 1
    )


def _by_cluster(checks: Checks, among: Flags, clusters: int) -> tuple[Ints, Ints, Floats]:
    """Checked, wrong, and the sum of the confidences, by cluster."""
    mine = checks.clusters[among]
    counts = np.bincount(mine, minlength=clusters)
    wrong = np.bincount(mine[checks.is_wrong[among]], minlength=clusters)
    sure = np.bincount(mine, weights=checks.confidences[among], minlength=clusters)
    return counts.astype(np.int64), wrong.astype(np.int64), sure.astype(np.float64)


def _least_labels(sizes: Ints, labels: Ints) -> Floats:
    """Labels below which a cluster counts as not looked into."""
    expected = labels.sum() * sizes / max(1, sizes.sum())
    return np.asarray(np.maximum(LEAST_LABELS, LEAST_OF_EXPECTED * expected))
