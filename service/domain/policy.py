"""Decisions of the loop: when a cycle is due, and how a batch is mixed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor


def is_cycle_due(
    *,
    labels_since: int,
    labels: int,
    min_labels: int,
    share: float,
    oldest_at: datetime | None,
    max_wait_seconds: float,
    now: datetime,
) -> bool:
    """Say whether label events that no cycle has seen yet are reason enough for one.

    Args:
        labels_since: label events since the last cycle looked.
        labels: current labels in all.
        oldest_at: when the oldest of the unseen events came.
    """
    if labels_since <= 0:
        return False
    if labels_since >= max(min_labels, share * labels):
        return True
    return oldest_at is not None and now - oldest_at >= timedelta(seconds=max_wait_seconds)


@dataclass(frozen=True, kw_only=True)
class Mix:
    """How many items of a batch come from where."""

    audit: int
    coverage: int
    strategy: int
    repeats: int = 0
    """Labelled items that are drawn to see how far people agree."""
    doubts: int = 0
    """Labelled items of which another label is worth more than a first one elsewhere."""


REPEAT_SHARE = 0.05
DOUBT_SHARE = 0.25
"""At most so much of a batch: with the repeats, three of ten items have a label already."""


def mix(
    size: int,
    *,
    audit_share: float,
    coverage_share: float,
    repeat_share: float = 0.0,
    doubt_share: float = 0.0,
    draw: float,
) -> Mix:
    """Split a batch by systematic sampling (Madow, 1949).

    Each share gets its floor plus at most one, with the exact expectation, and the parts
    always add up to the size, also in a batch of one.

    Args:
        draw: uniform in [0, 1).

    >>> mix(10, audit_share=0.1, coverage_share=0.1, draw=0.5)
    Mix(audit=1, coverage=1, strategy=8, repeats=0, doubts=0)
    >>> mix(1, audit_share=0.1, coverage_share=0.1, draw=0.85)
    Mix(audit=0, coverage=1, strategy=0, repeats=0, doubts=0)
    """
    audit_edge = _edge(size * audit_share, draw)
    covered = audit_share + coverage_share
    coverage_edge = _edge(size * covered, draw)
    repeat_edge = _edge(size * min(1.0, covered + repeat_share), draw)
    doubt_edge = _edge(size * min(1.0, covered + repeat_share + doubt_share), draw)
    return Mix(
        audit=audit_edge,
        coverage=coverage_edge - audit_edge,
        strategy=size - doubt_edge,
        repeats=repeat_edge - coverage_edge,
        doubts=doubt_edge - repeat_edge,
    )


def _edge(expected: float, draw: float) -> int:
    """Round down or up by chance, so that the mean is what is expected.

    Binary rounding is undone: 0.1 + 0.2 of ten items is three, not a hair more. The draw is held
    against what is behind the point, since a sum with it may round up to the next whole number.
    """
    exact = round(expected, 9)
    whole = floor(exact)
    return whole + (draw >= 1.0 - (exact - whole))
