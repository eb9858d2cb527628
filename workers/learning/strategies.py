"""Query strategies: what a version says about rows, into how much each is worth a label.

A strategy only scores; taking the best and making a batch diverse is written once, in
`selection` and `diversity`. Higher is asked first. `draws` are uniform numbers in [0, 1), one a
row, from the item itself: permuting rows permutes scores. `positive` is the index of the class
that is sought, for those that seek one.
"""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from scipy import special

from workers.learning.arrays import Floats
from workers.learning.fitted import Outputs

# The least that an exponential waiting time is taken to be: half the step between draws.
SHORTEST_WAIT = 2.0**-54


class Scorer(Protocol):
    """What scores rows."""

    def __call__(self, said: Outputs, draws: Floats, positive: int | None = None) -> Floats:
        """One score a row, float64[n]."""


def margin(said: Outputs, draws: Floats, positive: int | None = None) -> Floats:
    """Score by how close the two best classes are: float64[n], 1 for a tie, 0 for certainty.

    Where the estimator has no probabilities the score is minus its own `gap`, so that the order
    is exactly that of the distance to the decision boundary. (Scheffer et al. 2001; Tong &
    Koller 2001.)

    >>> proba = np.array([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]])
    >>> margin(Outputs(label=np.array([0, 0]), proba=proba), np.zeros(2))
    array([1., 0.])
    >>> machine = Outputs(label=np.array([0, 1]), proba=proba, gap=np.array([0.25, 2.0]))
    >>> margin(machine, np.zeros(2))
    array([-0.25, -2.  ])
    """
    if said.gap is not None:
        return np.subtract(0.0, said.gap)
    return _doubt(said)


def entropy(said: Outputs, draws: Floats, positive: int | None = None) -> Floats:
    """Score by the entropy of the class probabilities over its maximum: float64[n] in [0, 1].

    (Shannon 1948; for querying, Settles 2009.)

    >>> proba = np.array([[0.5, 0.5], [1.0, 0.0]])
    >>> entropy(Outputs(label=np.array([0, 0]), proba=proba), np.zeros(2))
    array([1., 0.])
    """
    bits = special.entr(said.proba).sum(axis=1) / np.log(said.proba.shape[1])
    return np.asarray(np.clip(bits, 0.0, 1.0) + 0.0, dtype=np.float64)


def least_confident(said: Outputs, draws: Floats, positive: int | None = None) -> Floats:
    """Score by the improbability of the likeliest class: float64[n]. (Lewis & Gale 1994.)

    >>> proba = np.array([[0.5, 0.5], [1.0, 0.0]])
    >>> least_confident(Outputs(label=np.array([0, 0]), proba=proba), np.zeros(2))
    array([0.5, 0. ])
    """
    likeliest: Floats = said.proba.max(axis=1)
    return 1.0 - likeliest


def random(said: Outputs, draws: Floats, positive: int | None = None) -> Floats:
    """Score by chance alone: the draws themselves, float64[n].

    >>> random(Outputs(label=np.array([0]), proba=np.array([[0.5, 0.5]])), np.array([0.25]))
    array([0.25])
    """
    return draws.copy()


def most_likely(said: Outputs, draws: Floats, positive: int | None = None) -> Floats:
    """Score by the probability of the class that is sought: float64[n]. (Lewis & Gale 1994.)

    It is 0 of a class that came after the version.

    Raises:
        ValueError: no class is sought.

    >>> proba = np.array([[0.5, 0.5], [1.0, 0.0]])
    >>> most_likely(Outputs(label=np.array([0, 0]), proba=proba), np.zeros(2), positive=1)
    array([0.5, 0. ])
    """
    if positive is None:
        raise ValueError("most_likely needs to know which class is sought")
    if positive >= said.proba.shape[1]:
        return np.zeros(len(said.proba))
    return said.proba[:, positive].copy()


def power(said: Outputs, draws: Floats, positive: int | None = None) -> Floats:
    """Score by margin and chance: float64[n], so that many who ask at once get unlike items.

    The order is that of log(margin) + Gumbel noise: a draw without replacement with
    probabilities proportional to the margins (Kirsch et al. 2021, power acquisition, exponent 1;
    Vieira 2014). The score is its exponential, margin / waiting time. Always by probabilities.

    >>> proba = np.array([[0.5, 0.5], [1.0, 0.0]])
    >>> power(Outputs(label=np.array([0, 0]), proba=proba), np.full(2, 1 - np.exp(-2)))
    array([0.5, 0. ])
    """
    return _doubt(said) / np.maximum(-np.log1p(-draws), SHORTEST_WAIT)


def _doubt(said: Outputs) -> Floats:
    """One less the distance of the two best classes, found class by class."""
    one, other, *rest = said.proba.T
    best, second = np.maximum(one, other), np.minimum(one, other)
    for proba in rest:
        second = np.maximum(second, np.minimum(best, proba))
        best = np.maximum(best, proba)
    return np.asarray(1.0 - (best - second))


SCORERS: Mapping[str, Scorer] = {
    "margin": margin,
    "entropy": entropy,
    "least_confident": least_confident,
    "random": random,
    "most_likely": most_likely,
    "power": power,
}
BY_CHANCE = frozenset({"random", "power"})
"""Those that draw anew for each ranking."""
