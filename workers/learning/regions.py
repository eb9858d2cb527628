"""Clusters of a pool in which a model is blind: not looked into, often wrong, or too sure.

SCIENCE of it: Attenberg, Ipeirotis and Provost 2015 (beat the machine); Lakkaraju et al. 2017
(confident errors come from systematic gaps). Flags are tests over all clusters at once, held to
a false discovery rate (Benjamini and Hochberg 1995).
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
from scipy import stats

from workers.learning import estimates
from workers.learning.arrays import Floats, Ints
from workers.learning.estimates import Estimate

FALSE_DISCOVERIES = 0.1
"""Of the flags `bad` and `overconfident`, the share that may be false alarms."""
WORSE = 1.5
"""A bad region is wrong so many times as often as the model is overall."""
TOO_SURE = 0.15
"""How much more confident than right an overconfident region is, at least."""
SUSPICIOUS = 0.25
"""A region is looked into while what was found there is less likely than this, were it in order."""
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
    is_wrong: npt.NDArray[np.bool_]
    confidences: Floats
    """Of the decisions, float64[n]."""
    is_uniform: npt.NDArray[np.bool_]
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
    flags: tuple[Flag, ...]


def found(sizes: Ints, labels: Ints, checks: Checks, *, error: float) -> list[Region]:
    """Judge every cluster that has items.

    Args:
        sizes: items of each cluster, int64[C].
        labels: labels to train on in each, int64[C].
        error: of the version on the whole pool, as the audit has it.
    """
    counts, wrong, sure = _by_cluster(checks, np.ones(len(checks.clusters), bool), len(sizes))
    drawn, drawn_wrong, _ = _by_cluster(checks, checks.is_uniform, len(sizes))
    is_bad = _is_bad(drawn, drawn_wrong, min(0.9, WORSE * error))
    is_too_sure = _is_too_sure(counts, wrong, sure)
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
            flags=tuple(flag for flag, holds in named if holds[each]),
        )
        for each in np.flatnonzero(sizes).tolist()
    ]


def suspicion(regions: list[Region]) -> list[Region]:
    """Regions worth a look, the most suspicious first: flagged as wrong, or likely to be.

    One wrong prediction where the model was sure makes a region suspicious; a right one after it
    takes the suspicion away again, so that ordinary mistakes cost one look more.
    """

    def rank(region: Region) -> tuple[bool, float]:
        return bool(_GRAVE & set(region.flags)), (region.wrong + 0.5) / (region.checked + 1)

    looked = [each for each in regions if _GRAVE & set(each.flags) or _is_suspicious(each)]
    return sorted(looked, key=rank, reverse=True)


def largest_uncovered(judged: list[Region]) -> float:
    """Share of the pool in the largest region without enough labels; 0 where there is none."""
    total = sum(each.size for each in judged)
    return max((each.size for each in judged if Flag.UNCOVERED in each.flags), default=0) / (
        total or 1
    )


def _is_suspicious(region: Region) -> bool:
    claimed = max(0.0, (region.confidence or 0.0) - TOO_SURE)
    doubt = stats.binom.cdf(region.checked - region.wrong, region.checked, claimed)
    return region.wrong > 0 and bool(doubt <= SUSPICIOUS)


def _by_cluster(
    checks: Checks, among: npt.NDArray[np.bool_], clusters: int
) -> tuple[Ints, Ints, Floats]:
    """Checked, wrong, and the sum of the confidences, by cluster."""
    mine = checks.clusters[among]
    counts = np.bincount(mine, minlength=clusters)
    wrong = np.bincount(mine[checks.is_wrong[among]], minlength=clusters)
    sure = np.bincount(mine, weights=checks.confidences[among], minlength=clusters)
    return counts.astype(np.int64), wrong.astype(np.int64), sure.astype(np.float64)


def _is_bad(checked: Ints, wrong: Ints, limit: float) -> npt.NDArray[np.bool_]:
    """Whether P(error > limit) is high by Jeffreys' posterior Beta(1/2 + wrong, 1/2 + right)."""
    enough = checked >= LEAST_CHECKED
    doubt = stats.beta.cdf(limit, 0.5 + wrong[enough], 0.5 + (checked - wrong)[enough])
    return _discovered(doubt, enough)


def _is_too_sure(checked: Ints, wrong: Ints, sure: Floats) -> npt.NDArray[np.bool_]:
    """Whether confidence exceeds accuracy by `TOO_SURE`, by the exact test behind Clopper-Pearson.

    The chance of so few right ones if each were right with its confidence less `TOO_SURE`.
    """
    enough = wrong > 0
    claimed = np.clip(sure[enough] / checked[enough] - TOO_SURE, 0, 1)
    doubt = stats.binom.cdf((checked - wrong)[enough], checked[enough], claimed)
    return _discovered(doubt, enough, tests=int((checked > 0).sum()))


def _discovered(
    doubt: Floats, among: npt.NDArray[np.bool_], *, tests: int | None = None
) -> npt.NDArray[np.bool_]:
    """Which of the clusters are flagged; those that are not `among` the doubted have p = 1."""
    is_found = np.zeros(len(among), dtype=bool)
    if len(doubt):
        others = np.ones(max(0, (tests or 0) - len(doubt)))
        adjusted = stats.false_discovery_control(np.concatenate([doubt, others]), method="bh")
        is_found[among] = adjusted[: len(doubt)] <= FALSE_DISCOVERIES
    return is_found


def _least_labels(sizes: Ints, labels: Ints) -> Floats:
    """Labels below which a cluster counts as not looked into."""
    expected = labels.sum() * sizes / max(1, sizes.sum())
    return np.asarray(np.maximum(LEAST_LABELS, LEAST_OF_EXPECTED * expected))
