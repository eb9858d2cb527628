"""What items are and how annotators err, from their labels alone (Dawid & Skene 1979)."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from workers.learning.arrays import Flags, Floats, Ints
from workers.learning.votes import Votes

LEAST_PER_ITEM = 3
LEAST_PER_ANNOTATOR = 20
"""Labels below which confusions cannot be told from chance."""
_ROUNDS = 100
_SETTLED = 1e-6


@dataclass(frozen=True, kw_only=True, eq=False)
class Estimated:
    """What expectation and maximisation ended with."""

    posterior: Floats
    """Probability of each class, float64[items, classes]."""
    confusion: Floats
    """Probability of each label by annotator and true class, float64[annotators, K, K]."""

    @property
    def labels(self) -> Ints:
        """The likeliest class of each item, int64[items]."""
        return np.asarray(self.posterior.argmax(axis=1), dtype=np.int64)


def where_enough(votes: Votes) -> Flags:
    """Items whose labels are enough: three or more, all by people with twenty such labels.

    bool[items]; labels of the other items say nothing here.
    """
    has_three = votes.of_item >= LEAST_PER_ITEM
    given = votes.per_annotator(has_three[votes.item].astype(np.float64))
    is_known = given[votes.annotator] >= LEAST_PER_ANNOTATOR
    unknown = np.bincount(votes.item, weights=~is_known, minlength=votes.items)
    return np.asarray(has_three & (unknown == 0), dtype=np.bool_)


def estimate(votes: Votes) -> Estimated:
    """Estimate true classes and confusions by expectation and maximisation, in logarithms.

    It begins with the shares of votes. A confusion is smoothed by 1/K of a label everywhere and
    one label more on its diagonal: annotators are taken to mean well until they show otherwise.

    (Dawid & Skene, "Maximum likelihood estimation of observer error-rates using the EM
    algorithm", Applied Statistics 28, 1979.)
    """
    classes = votes.classes
    posterior: Floats = votes.counts / np.maximum(votes.of_item, 1)[:, None]
    smoothing = np.full((classes, classes), 1.0 / classes) + np.eye(classes)
    confusion = np.empty((votes.annotators, classes, classes))
    for _ in range(_ROUNDS):
        seen = np.zeros((votes.annotators, classes, classes))
        np.add.at(seen.transpose(0, 2, 1), (votes.annotator, votes.label), posterior[votes.item])
        confusion = seen + smoothing
        confusion /= confusion.sum(axis=2, keepdims=True)
        prior = posterior.sum(axis=0) + 1.0 / classes
        logs = np.tile(np.log(prior / prior.sum()), (votes.items, 1))
        np.add.at(logs, votes.item, np.log(confusion)[votes.annotator, :, votes.label])
        before, posterior = posterior, np.asarray(special.softmax(logs, axis=1))
        if np.abs(posterior - before).max(initial=0.0) < _SETTLED:
            break
    return Estimated(posterior=posterior, confusion=confusion)
