"""What a version is worth by the audit reserve: the resolved prefix, right answer by right answer.

Items of the reserve in the order of their draws are a random sample of the pool however many are
taken from its beginning. So an estimate uses the longest prefix in which nothing is pending.
"""

from dataclasses import dataclass

import numpy as np

from workers.learning.arrays import Flags, Floats, Ints

UNANSWERED = -1


@dataclass(frozen=True, kw_only=True, eq=False)
class Reserve:
    """Items of the reserve in the audit order."""

    positions: Ints
    """int64[R]."""
    truth: Ints
    """What people say, int64[R]; `UNANSWERED` where they do not."""
    is_pending: Flags
    """Whether an answer may still come that nobody has declined to give, bool[R]."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Said:
    """What a version says of items: positions int64[n] ascending, labels, confidences."""

    positions: Ints
    labels: Ints
    confidences: Floats
    """Probability of the version's own decision, float64[n]."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """The part of the reserve that a version may be judged on, in the audit order."""

    positions: Ints
    truth: Ints
    predicted: Ints
    confidences: Floats
    unanswerable: int
    """Items of the prefix that people declined to answer; they are not among the others."""
    rest: Floats
    """Confidences of all items of the reserve that the version spoke of, float64[m]."""

    @property
    def right(self) -> Flags:
        """Whether the version's decision is what people say, bool[n]."""
        return np.asarray(self.predicted == self.truth)


def judged(reserve: Reserve, said: Said) -> Evidence:
    """Judge a version on the longest resolved prefix of the items that it spoke of."""
    where = np.searchsorted(said.positions, reserve.positions)
    where = np.minimum(where, max(0, len(said.positions) - 1))
    is_known = np.zeros(len(reserve.positions), dtype=bool)
    if len(said.positions):
        is_known = said.positions[where] == reserve.positions
    order, where = np.flatnonzero(is_known), where[is_known]
    pending = np.flatnonzero(reserve.is_pending[order])
    end = int(pending[0]) if len(pending) else len(order)
    truth = reserve.truth[order[:end]]
    answered = truth != UNANSWERED
    return Evidence(
        positions=reserve.positions[order[:end]][answered],
        truth=truth[answered],
        predicted=said.labels[where[:end]][answered],
        confidences=said.confidences[where[:end]][answered],
        unanswerable=int((~answered).sum()),
        rest=said.confidences[where],
    )
