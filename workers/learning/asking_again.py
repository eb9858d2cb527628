"""Which labelled items to ask about again rather than to ask about new ones (ActiveLab)."""

from dataclasses import dataclass

import numpy as np

from workers.learning import crowdlab
from workers.learning.arrays import Flags, Floats, Ints
from workers.learning.votes import Votes


@dataclass(frozen=True, kw_only=True, eq=False)
class Chosen:
    """Items int64[k] of the votes, and their scores float64[k], ascending."""

    items: Ints
    scores: Floats


def choose(
    votes: Votes, proba: Floats, *, may_be_asked: Flags, confidence: Floats, count: int
) -> Chosen:
    """Choose labelled items that are among the `count` questions most worth asking, labelled and
    unlabelled items in one list (Goh & Mueller 2023).

    Args:
        votes: labels of the labelled items.
        proba: what versions without the item say of it, float64[items, K].
        may_be_asked: labelled items that may have one more label, bool[items].
        confidence: probability of the likeliest class of each unlabelled item, float64[n].
    """
    found = crowdlab.agree(votes, proba)
    again = crowdlab.ask_again(votes, found)
    new = crowdlab.ask_new(confidence, found.weights, classes=votes.classes)
    items = np.flatnonzero(may_be_asked)
    order = items[np.argsort(again[items], kind="stable")]
    # How many unlabelled items come before each: it is taken if fewer than `count` come first.
    ahead = np.searchsorted(np.sort(new), again[order], side="left") + np.arange(len(order))
    taken = order[ahead < count]
    return Chosen(items=taken, scores=again[taken])
