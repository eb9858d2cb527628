"""Conditions that are checked before a version is fitted, each with its answer in words."""

from collections.abc import Sequence
from dataclasses import dataclass


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
