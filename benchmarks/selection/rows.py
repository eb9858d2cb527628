"""Rows of the tables: a figure, what it is compared with, and whether that is reached."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import sqrt
from statistics import fmean, stdev


@dataclass(frozen=True, kw_only=True)
class Row:
    """A figure with its seeds."""

    what: str
    value: float
    error: float | None = None
    """Standard error over the seeds."""
    seeds: int
    reference: float | None = None
    reference_of: str = ""
    is_reached: bool | None = None
    """None where the row is only there to be read."""
    note: str = ""


def of(what: str, values: Sequence[float], *, note: str = "") -> Row:
    """Sum up the seeds of one figure.

    >>> of("area", [0.5, 0.7]).error
    0.1
    """
    error = stdev(values) / sqrt(len(values)) if len(values) > 1 else None
    return Row(
        what=what,
        value=fmean(values),
        error=None if error is None else round(error, 12),
        seeds=len(values),
        note=note,
    )


def judged(
    what: str, values: Sequence[float], *, reference: float, reference_of: str, note: str = ""
) -> Row:
    """Sum up the seeds of one figure whose mean is to be at least a reference.

    >>> judged("area", [0.5, 0.7], reference=0.5, reference_of="chance").is_reached
    True
    """
    row = of(what, values, note=note)
    return replace(
        row, reference=reference, reference_of=reference_of, is_reached=row.value >= reference
    )


def area(labels: Sequence[int], values: Sequence[float]) -> float:
    """Area under a curve over labels, divided by their range: its mean height.

    >>> round(area([10, 20, 40], [0.5, 0.7, 0.9]), 4)
    0.7333
    """
    pairs = list(zip(labels, values, strict=True))
    total = sum(
        (after - before) * (low + high) / 2 for (before, low), (after, high) in pairwise(pairs)
    )
    return total / (labels[-1] - labels[0])
