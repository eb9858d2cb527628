"""Items that nobody has looked at, taken for what is not sought.

Labels of a search are those of the likeliest items; what the rest of the pool is like would be
learned from nothing (Cormack & Grossman 2015, autonomous technology-assisted review).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from service.domain.catalogue import GoalType
from workers.learning import rules
from workers.learning.arrays import Ints, Matrix, is_sparse

COUNT = 300
"""Items drawn anew for each version: work saved at a recall of 95 % is .746 on the mean of three
reviews with 300, .739 with 100, .727 with none."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Presumed:
    """Raw rows, float32[n, d] or CSR, and the class that they are taken for."""

    rows: Matrix
    label: int


def label_of(
    goal: Mapping[str, Any] | None, classes: Sequence[str], *, is_text: bool
) -> int | None:
    """Give the class that unseen items are taken for; None where nothing is presumed.

    It takes a search among texts, and two classes: else nobody knows which of the others.
    """
    kind, positive = rules.goal_of(goal, classes)
    if kind is not GoalType.RECALL or positive is None:
        return None
    return 1 - positive if is_text and len(classes) == 2 else None


def joined(features: Matrix, labels: Ints, more: Presumed) -> tuple[Matrix, Ints]:
    """Append the presumed rows to the labelled ones."""
    taken = np.full(more.rows.shape[0], more.label, dtype=np.int64)
    if is_sparse(features):
        rows: Matrix = sparse.vstack([features, more.rows], format="csr", dtype=features.dtype)
    else:
        rows = np.concatenate([features, more.rows])
    return rows, np.concatenate([labels, taken])
