"""Whether successive versions still change their mind (Bloodgood & Vijay-Shanker 2009)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import cohen_kappa_score

from workers.learning.arrays import Ints

STOP_SET = 2_000
"""Items on which versions are compared."""
ENOUGH = 0.99
WINDOW = 3
SHARE_APART = 0.02
"""Versions are compared when this share of labels has come between them."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Opinion:
    """What a version says of the stop set."""

    labels: int
    """On which it was trained."""
    said: Ints
    """Classes, int64[items], of the same items in the same order for all versions."""


@dataclass(frozen=True, kw_only=True)
class Stability:
    """Kappas of versions that are far enough apart, oldest first."""

    kappas: tuple[float, ...]

    @property
    def mean(self) -> float | None:
        """Mean of the last three; none while there are fewer."""
        last = self.kappas[-WINDOW:]
        return sum(last) / WINDOW if len(last) == WINDOW else None

    @property
    def is_reached(self) -> bool:
        """Whether versions have stopped changing their mind."""
        return self.mean is not None and self.mean >= ENOUGH


def judge(opinions: Sequence[Opinion], *, batch_size: int) -> Stability:
    """Compare each version with the last one that had enough labels fewer.

    Versions with next to the same labels agree whatever they know: they are at least a batch,
    and 2 % of the labels, apart.

    Args:
        opinions: by labels, ascending.
    """
    kappas: list[float] = []
    last: Opinion | None = None
    for each in opinions:
        if last is None:
            last = each
        elif each.labels - last.labels >= max(batch_size, SHARE_APART * each.labels):
            kappas.append(kappa(last.said, each.said))
            last = each
    return Stability(kappas=tuple(kappas))


def kappa(first: Ints, second: Ints) -> float:
    """Cohen's kappa; 1 where both say the same throughout, also if it is one class.

    >>> kappa(np.array([1, 1]), np.array([1, 1]))
    1.0
    """
    if np.array_equal(first, second):
        return 1.0
    return float(cohen_kappa_score(first, second))
