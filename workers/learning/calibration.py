"""One temperature for the probabilities of a version (Guo et al. 2017)."""

import numpy as np
from scipy import optimize, special

from workers.learning.arrays import Floats, Ints

# Beyond these, probabilities are noise, or their order is all there is.
COLDEST, HOTTEST = 0.05, 20.0
SMALLEST_PROBABILITY = 1e-15


def temperature(proba: Floats, truth: Ints, weights: Floats) -> float:
    """Find the temperature at which predictions lose least; log loss is convex in its inverse.

    Args:
        proba: predictions for rows that their version was not trained on, float64[n, K].
        truth: the columns that came true, int64[n].
        weights: how much each row counts, float64[n].

    >>> proba = np.array([[0.99, 0.01], [0.99, 0.01], [0.99, 0.01], [0.01, 0.99]])
    >>> temperature(proba, np.array([0, 0, 1, 1]), np.ones(4)) > 1
    True
    """
    logs = _logs(proba)
    of_truth = logs[np.arange(len(truth)), truth]

    def loss(inverse: float) -> float:
        lost = special.logsumexp(inverse * logs, axis=1) - inverse * of_truth
        return float(np.average(lost, weights=weights))

    found = optimize.minimize_scalar(loss, bounds=(1.0 / HOTTEST, 1.0 / COLDEST), method="bounded")
    return float(1.0 / found.x)


def tempered(proba: Floats, temperature: float) -> Floats:
    """Divide log-probabilities by a temperature, and normalise: float64[n, K].

    >>> tempered(np.array([[0.8, 0.2]]), 2.0).round(3)
    array([[0.667, 0.333]])
    """
    return np.asarray(special.softmax(_logs(proba) / temperature, axis=1), dtype=np.float64)


def losses(proba: Floats, truth: Ints) -> Floats:
    """Give -log p(truth) of each row, natural logarithm: float64[n]."""
    likelihood = proba[np.arange(len(truth)), truth]
    return np.asarray(-np.log(np.maximum(likelihood, SMALLEST_PROBABILITY)), dtype=np.float64)


def _logs(proba: Floats) -> Floats:
    return np.asarray(np.log(np.maximum(proba, np.finfo(np.float64).tiny)), dtype=np.float64)
