"""How far people agree with each other, with intervals."""

from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from scipy import stats

from workers.learning import estimates
from workers.learning.arrays import Floats, Ints
from workers.learning.estimates import Estimate
from workers.learning.intervals import CONFIDENCE
from workers.learning.votes import Votes

LEAST_REPEATS = 30
"""Items that two people labelled, before their agreement tells how often they are right."""


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """A share, or a kappa, with its 95 % interval."""

    value: float
    low: float
    high: float
    compared: int
    """How many items it is a mean of."""


def of_annotators(votes: Votes) -> list[Agreement | None]:
    """How often an annotator says what others say of the same item; none without such items.

    Each shared item counts once, by the share of the others who agree; the interval is Wilson's
    for so many items.
    """
    shared = votes.others > 0
    share = np.where(shared, votes.alike / np.maximum(votes.others, 1), 0.0)
    agreeing, compared = votes.per_annotator(share), votes.per_annotator(shared.astype(np.float64))
    return [
        _wilson(part, round(count)) if count else None
        for part, count in zip(agreeing.tolist(), compared.tolist(), strict=True)
    ]


def kappa(first: Ints, second: Ints) -> Agreement | None:
    """Agreement of two labels of each item beyond chance (Cohen 1960); none without items.

    Chance is what the shares of the classes in both lists together would give (Scott 1955),
    since any two people may have given them. The interval is that of the plain agreement
    (Wilson), with chance taken as known; where all is of one class kappa says nothing: none.

    >>> kappa(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 0])).value.__round__(3)
    0.467
    """
    count = len(first)
    if not count:
        return None
    shares = np.bincount(np.concatenate([first, second])) / (2 * count)
    chance = float(np.sum(shares**2))
    if chance >= 1.0:
        return None
    plain = _wilson(float(np.sum(first == second)), count)
    beyond = [(each - chance) / (1 - chance) for each in (plain.value, plain.low, plain.high)]
    return Agreement(value=beyond[0], low=beyond[1], high=beyond[2], compared=count)


def rightness(first: Ints, second: Ints, *, classes: int) -> Estimate | None:
    """The share of labels that is right, from two labels of each of some items drawn at random.

    Two people who are right with probability q, err independently, and err to any other class
    alike, say the same with probability q^2 + (1 - q)^2 / (K - 1) (the one-coin model of Dawid
    and Skene 1979); the interval is that of the agreement, carried over. None of too few items.

    Args:
        first: int64[n].
        second: of other people, int64[n].

    >>> found = rightness(np.zeros(100, int), (np.arange(100) < 18).astype(int), classes=2)
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (0.9, 0.842, 0.938)
    """
    if len(first) < LEAST_REPEATS:
        return None
    same = estimates.share(int(np.sum(first == second)), len(first))

    def right(agreeing: float) -> float:
        beyond = max(0.0, classes * agreeing - 1)
        return (1 + sqrt((classes - 1) * beyond)) / classes

    return replace(
        same,
        value=right(same.value),
        low=right(same.low),
        high=right(same.high),
        method="one_coin",
    )


def qualities(votes: Votes, said_by_others: Floats) -> Floats:
    """Mean probability that an annotator's labels are right, float64[annotators].

    Args:
        said_by_others: what a version and the other annotators say of the item of each label,
            float64[m, classes]; see `crowdlab.posterior`.
    """
    right = said_by_others[np.arange(len(votes.label)), votes.label]
    return votes.per_annotator(right) / np.maximum(votes.of_annotator, 1)


def _wilson(agreeing: float, count: int) -> Agreement:
    found = stats.binomtest(round(agreeing), count).proportion_ci(CONFIDENCE, method="wilson")
    share = agreeing / count
    return Agreement(
        value=share,
        low=min(share, float(found.low)),
        high=max(share, float(found.high)),
        compared=count,
    )
