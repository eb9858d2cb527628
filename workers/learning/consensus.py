"""Labels that several people gave the same item, into one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workers.learning.arrays import Ints

# Below this many labels of an item there is no majority worth the name.
LEAST_FOR_MAJORITY = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Resolved:
    """One label an item: items int64[k] ascending, labels int64[k], votes (labels had) int64[k]."""

    items: Ints
    labels: Ints
    votes: Ints


def of_rows(rows: Sequence[tuple[int, int, int]]) -> Resolved:
    """Resolve labels that are given as item, label and order, see `resolve`."""
    items, labels, order = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return resolve(items, labels, order)


def resolve(items: Ints, labels: Ints, order: Ints) -> Resolved:
    """Resolve labels int64[m] of items int64[m] to one an item.

    Below three labels of an item the newest wins; from three on the majority, and among classes
    with equally many labels the one labelled last.

    Args:
        items: the item of each label.
        labels: index of the class.
        order: grows with the time of the label, distinct within an item (a label's number).
    """
    pairs = np.stack([np.asarray(items, np.int64), np.asarray(labels, np.int64)])
    (voted, kinds), group, support = np.unique(
        pairs, axis=1, return_inverse=True, return_counts=True
    )
    newest = np.full(len(voted), np.iinfo(np.int64).min)
    np.maximum.at(newest, group, order)
    found, first, votes = _runs(voted, support)
    weight = np.where(np.repeat(votes, np.diff([*first, len(voted)])) < LEAST_FOR_MAJORITY, 0, 1)
    ranking = np.lexsort((newest, support * weight, voted))
    last = np.append(first[1:], len(voted)) - 1
    winners = ranking[last] if len(found) else ranking
    return Resolved(items=found, labels=kinds[winners], votes=votes)


def _runs(sorted_items: Ints, support: Ints) -> tuple[Ints, Ints, Ints]:
    """Give each item once, where its run begins, and how many labels it has."""
    found, first = np.unique(sorted_items, return_index=True)
    votes = np.add.reduceat(support, first) if len(found) else np.zeros(0, np.int64)
    return found, first.astype(np.int64), votes.astype(np.int64)
