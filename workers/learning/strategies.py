"""Query strategies: what a version says about rows, into how much each is worth a label.

A strategy only scores; taking the best and making a batch diverse is written once, in
`selection` and `diversity`. Higher is asked first. `draws` are uniform numbers in [0, 1), one a
row, from the item itself: permuting rows permutes scores.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
from scipy import special

from workers.learning.arrays import Floats
from workers.learning.fitted import Outputs

Scorer: TypeAlias = Callable[[Outputs, Floats], Floats]


def margin(said: Outputs, draws: Floats) -> Floats:
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
    best: Floats = np.partition(said.proba, -2, axis=1)
    return 1.0 - (best[:, -1] - best[:, -2])


def entropy(said: Outputs, draws: Floats) -> Floats:
    """Score by the entropy of the class probabilities over its maximum: float64[n] in [0, 1].

    (Shannon 1948; for querying, Settles 2009.)

    >>> proba = np.array([[0.5, 0.5], [1.0, 0.0]])
    >>> entropy(Outputs(label=np.array([0, 0]), proba=proba), np.zeros(2))
    array([1., 0.])
    """
    bits = special.entr(said.proba).sum(axis=1) / np.log(said.proba.shape[1])
    return np.asarray(np.clip(bits, 0.0, 1.0) + 0.0, dtype=np.float64)


def least_confident(said: Outputs, draws: Floats) -> Floats:
    """Score by the improbability of the likeliest class: float64[n]. (Lewis & Gale 1994.)

    >>> proba = np.array([[0.5, 0.5], [1.0, 0.0]])
    >>> least_confident(Outputs(label=np.array([0, 0]), proba=proba), np.zeros(2))
    array([0.5, 0. ])
    """
    likeliest: Floats = said.proba.max(axis=1)
    return 1.0 - likeliest


def random(said: Outputs, draws: Floats) -> Floats:
    """Score by chance alone: the draws themselves, float64[n].

    >>> random(Outputs(label=np.array([0]), proba=np.array([[0.5, 0.5]])), np.array([0.25]))
    array([0.25])
    """
    return draws.copy()


SCORERS: Mapping[str, Scorer] = {
    "margin": margin,
    "entropy": entropy,
    "least_confident": least_confident,
    "random": random,
}
