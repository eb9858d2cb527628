"""Evidence from labels that may be looked at after each one, whatever is asked next because of it.

An e-value is what a bet against a claim has made of 1: where the claim holds it is 1 on the mean,
and above x at any time in no more than one of x cases (Ville 1939). So it needs no plan of how
many labels there will be, and labels may be asked for where it grows (Ramdas, Grünwald, Vovk and
Shafer 2023, "Game-theoretic statistics and safe anytime-valid inference"). A p-value under such
looks would be crossed by chance alone sooner or later.
"""

import numpy as np
from scipy import special, stats

from workers.learning.arrays import Flags, Floats, Ints

_SHARES: Floats = (np.arange(32) + 0.5) / 32
"""Shares of what is claimed that are bet on in equal parts: right so many times as often."""


def against_chances(groups: Ints, is_right: Flags, claimed: Floats, *, count: int) -> Floats:
    """Against the claim that each prediction of a group is right with its chance or more.

    The bet is the likelihood ratio of "right only s times as often", in equal parts for s from
    0 to 1; the order of the predictions does not matter.

    >>> wrong = against_chances(np.zeros(4, int), np.zeros(4, bool), np.full(4, 0.84), count=1)
    >>> round(float(wrong[0]))
    363

    Args:
        groups: of each prediction, int64[n].
        is_right: bool[n].
        claimed: chance of being right, below 1, float64[n].
        count: number of groups.

    Returns:
        The e-value of each group, 1 without predictions, float64[count].
    """
    chance = claimed[:, None]
    if_wrong = np.log((1 - _SHARES * chance) / (1 - chance))
    gained = np.where(is_right[:, None], np.log(_SHARES), if_wrong)
    by_group = np.zeros((count, len(_SHARES)))
    np.add.at(by_group, groups, gained)
    return np.asarray(np.exp(special.logsumexp(by_group, axis=1)) / len(_SHARES))


def against_rate(wrong: Ints, checked: Ints, limit: float) -> Floats:
    """Against the claim that a group is wrong at a rate of `limit` at most, float64[C].

    The bet is the likelihood ratio of rates spread evenly between `limit` and 1.

    >>> against_rate(np.array([0, 4, 8]), np.array([0, 8, 8]), 0.3).round(1).tolist()
    [1.0, 1.1, 2419.3]

    Args:
        wrong: int64[C].
        checked: int64[C].
        limit: above 0 and below 1.
    """
    right = checked - wrong
    above = special.betaln(wrong + 1, right + 1) + stats.beta.logsf(limit, wrong + 1, right + 1)
    at_limit = wrong * np.log(limit) + right * np.log1p(-limit)
    return np.asarray(np.exp(above - at_limit) / (1 - limit))


def discovered(evidence: Floats, *, rate: float, tests: int) -> Flags:
    """Which claims are rejected so that on the mean a share of `rate` of these holds, at most.

    The k with the most evidence, for the largest k at which each has tests / (rate k) or more,
    however the groups depend on each other (e-BH, Wang and Ramdas 2022). Where all claims hold,
    the chance that any is ever rejected is `rate` at most.

    >>> discovered(np.array([150.0, 160.0, 90.0]), rate=0.1, tests=30)
    array([ True,  True, False])

    Args:
        evidence: e-values, float64[C].
        tests: number of claims, decided before anything was seen; those left out have none.
    """
    ordered = np.sort(evidence)[::-1]
    enough = np.flatnonzero(ordered * np.arange(1, len(ordered) + 1) >= tests / rate)
    if not len(enough):
        return np.zeros(len(evidence), dtype=bool)
    return np.asarray(evidence >= ordered[enough[-1]])
