"""Conditions on labels before a fit, on a version after it, each with its answer in words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

# Evidence below which the gate refuses nothing, and how improbable chance must be.
LEAST_EVIDENCE = 50
CLEARLY = 0.01


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether a safeguard passed, and a sentence for the one who reads the run."""

    passed: bool
    reason: str


def trainable(counts: Sequence[int], classes: Sequence[str]) -> Verdict:
    """Judge whether labels can be learned from: at least two classes must be seen.

    Args:
        counts: training labels of each class of the project.
        classes: the classes, in the same order.

    >>> trainable([12, 0], ["fine", "defect"]).reason
    "all 12 training labels are 'fine'; a model needs at least two classes"
    """
    total = sum(counts)
    seen = [name for count, name in zip(counts, classes, strict=True) if count]
    if len(seen) >= 2:
        return Verdict(
            passed=True, reason=f"{total} training labels of {len(seen)} of {len(classes)} classes"
        )
    if not seen:
        return Verdict(
            passed=False, reason="there are no training labels; a model needs two classes"
        )
    labels = "the only training label is" if total == 1 else f"all {total} training labels are"
    return Verdict(passed=False, reason=f"{labels} '{seen[0]}'; a model needs at least two classes")


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Two versions on the same labels, and whether the new one may replace the one in use."""

    passed: bool
    reason: str
    labels: int
    only_new: int
    """Labels that only the new version got right."""
    only_in_use: int
    p_value: float


def not_worse(new: npt.NDArray[np.bool_], in_use: npt.NDArray[np.bool_]) -> Compared:
    """Judge a new version against the one in use, on labels that neither was trained on.

    It fails if an exact paired test (McNemar 1947, one-sided) calls it worse at 1 %: of the
    labels on which exactly one is right, too many speak for the one in use to be chance. Fewer
    than fifty labels refuse nothing.

    Args:
        new: whether the new version got each label right, bool[n].
        in_use: the same of the version in use, bool[n].

    >>> right = np.arange(60) < 50
    >>> not_worse(right[::-1], right).passed, not_worse(~right, right).passed
    (True, False)
    """
    only_new, only_in_use = int((new & ~in_use).sum()), int((in_use & ~new).sum())
    differ = only_new + only_in_use
    p_value = (
        float(stats.binomtest(only_in_use, differ, 0.5, alternative="greater").pvalue)
        if differ
        else 1.0
    )
    passed = len(new) < LEAST_EVIDENCE or p_value >= CLEARLY
    reason = (
        f"of {len(new)} audit labels it got {int(new.sum())} right and the version in use "
        f"{int(in_use.sum())}; {only_new} only it, {only_in_use} only the other "
        f"(exact McNemar test, p = {p_value:.2g})"
    )
    return Compared(
        passed=passed,
        reason=reason if passed else f"it is clearly worse: {reason}",
        labels=len(new),
        only_new=only_new,
        only_in_use=only_in_use,
        p_value=p_value,
    )
