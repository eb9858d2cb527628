"""Labels that several people gave the same item, into one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from workers.learning import crowdlab, dawid_skene, votes
from workers.learning.arrays import Floats, Ints
from workers.learning.votes import Named

# Below this many labels of an item there is no majority worth the name.
LEAST_FOR_MAJORITY = 3
# Below this many items with several labels nobody knows how far people are to be believed.
LEAST_COMPARED = 20


@dataclass(frozen=True, kw_only=True, eq=False)
class Resolved:
    """One label an item: items int64[k] ascending, labels int64[k], votes (labels had) int64[k]."""

    items: Ints
    labels: Ints
    votes: Ints


def of_rows(rows: Sequence[tuple[int, int, int, str]]) -> Resolved:
    """Resolve labels given as item, label, order and annotator, by what people say alone.

    As in `resolve`; where there are labels enough to tell how each person errs, items with three
    or more are judged by that (Dawid & Skene) in place of a majority.
    """
    classes = 1 + max((row[1] for row in rows), default=0)
    named = votes.of_rows(rows, classes=classes)
    found = resolve(named.positions[named.votes.item], named.votes.label, named.numbers)
    enough = np.flatnonzero(dawid_skene.where_enough(named.votes))
    if not len(enough):
        return found
    labels = found.labels.copy()
    labels[enough] = dawid_skene.estimate(named.votes.among(enough)).labels
    return replace(found, labels=labels)


def with_version(found: Resolved, named: Named, proba: Floats) -> Resolved:
    """Let a version have a say, as much as people are found to err.

    Where three people or more have labelled an item, unless they are known well enough to do
    without; where fewer have, once some items tell how well people agree (Goh, Tkachenko &
    Mueller 2022).

    Args:
        found: what `of_rows` made of the same labels.
        proba: of versions that were not trained on the item, float64[items, K].
    """
    enough = dawid_skene.where_enough(named.votes)
    several = np.count_nonzero(named.votes.of_item > 1)
    least = 1 if several >= LEAST_COMPARED else LEAST_FOR_MAJORITY
    open_to_it = (named.votes.of_item >= least) & ~enough
    together = crowdlab.agree(named.votes, proba).labels
    return replace(found, labels=np.where(open_to_it, together, found.labels))


def resolve(items: Ints, labels: Ints, order: Ints) -> Resolved:
    """Resolve labels int64[m] of items int64[m] to one an item.

    Below three labels of an item the newest wins; from three on the majority, and among classes
    with equally many labels the one labelled last.

    Args:
        items: the item of each label.
        labels: index of the class.
        order: grows with the time of the label, distinct within an item (a label's number).
    """
    by_kind = np.lexsort((order, labels, items))
    at, kind, when = (np.asarray(each, np.int64)[by_kind] for each in (items, labels, order))
    is_last = np.ones(len(at), dtype=bool)
    is_last[:-1] = (at[1:] != at[:-1]) | (kind[1:] != kind[:-1])
    ends = np.flatnonzero(is_last)
    voted, kinds, newest, support = at[ends], kind[ends], when[ends], np.diff(ends, prepend=-1)
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
