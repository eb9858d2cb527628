"""What a version says about rows."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from workers.learning import forests, linear
from workers.learning import scaling as scalings
from workers.learning.arrays import Dense, Floats, Ints, Matrix
from workers.learning.kernels import likeness
from workers.learning.scaling import Scaling
from workers.learning.versions import Boosted, Fitted, Forest, Gaussian, Kernel, Landmarks, Linear

# Trees that agree leave the other classes nothing; the logarithm of that is not to be had.
SMALLEST_PROBABILITY = 1e-300
# Of dense rows in float64: half a megabyte.
NUMBERS_AT_ONCE = 65_536


@dataclass(frozen=True, kw_only=True, eq=False)
class Outputs:
    """What a version says about n rows, for the K classes of the project."""

    label: Ints
    """The estimator's own decision, int64[n]."""
    proba: Floats
    """float64[n, K]; rows sum to 1, classes without training labels are 0."""
    gap: Floats | None = None
    """Distance between the two best decisions in the estimator's own unit, float64[n]; None
    where probabilities say it all."""


def outputs(fitted: Fitted, matrix: Matrix, lengths: Dense | None = None) -> Outputs:
    """Judge raw feature rows (float32[n, d] or CSR term weights); memory is proportional to n.

    Probabilities are tempered by what the version carries; labels and gaps are not. A kernel
    version has no probabilities of its own: its `proba` is the sigmoid (two classes) or softmax
    of decision values, and only its temperature makes it more than an order.

    Args:
        lengths: what `scaling.lengths` gives of the rows, where that is known.
    """
    if matrix.shape[0] == 0:
        gap = np.zeros(0) if isinstance(fitted, Kernel) else None
        return Outputs(label=np.zeros(0, np.int64), proba=np.zeros((0, fitted.classes)), gap=gap)
    match fitted:
        case Kernel():
            return _kernel(fitted, matrix)
        case Linear():
            decisions = linear.decisions(fitted, matrix, lengths)
        case Landmarks():
            decisions = _likeness(fitted, matrix) @ fitted.coefficients.T + fitted.intercept
        case Gaussian():
            decisions = _log_likelihood(fitted, matrix)
        case Forest():
            decisions = _votes(fitted, matrix)
        case Boosted():
            decisions = _logarithm(fitted.machine.predict_proba(np.asarray(matrix)))
    return _said(fitted, decisions, _best(decisions))


def _said(fitted: Fitted, decisions: Floats, choice: Ints, *, gap: Floats | None = None) -> Outputs:
    """Probabilities of decisions, float64[n, 1 or k] in units of log-probability."""
    tempered = decisions / fitted.temperature
    proba = np.zeros((fitted.classes, len(decisions))).T
    if decisions.shape[1] == 1:
        proba[:, fitted.seen[1]] = special.expit(tempered[:, 0])
        proba[:, fitted.seen[0]] = special.expit(-tempered[:, 0])
    else:
        proba[:, fitted.seen] = _softmax(tempered)
    return Outputs(label=fitted.seen[choice], proba=proba, gap=gap)


def _softmax(decisions: Floats) -> Floats:
    """As SciPy's of each row; class by class, which for a few is several times as fast."""
    of_class: Floats = np.ascontiguousarray(decisions.T)
    of_class = np.exp(of_class - of_class.max(axis=0))
    of_class /= of_class.sum(axis=0)
    return of_class.T


def _best(decisions: Floats) -> Ints:
    if decisions.shape[1] == 1:
        return np.asarray(decisions[:, 0] > 0, dtype=np.int64)
    return np.asarray(np.argmax(decisions, axis=1), dtype=np.int64)


def _kernel(fitted: Kernel, matrix: Matrix) -> Outputs:
    rows = scalings.apply(fitted.scaling, matrix)
    decisions: Floats = fitted.machine.decision_function(rows)
    if decisions.ndim == 1:
        # libsvm gives the second class a decision of exactly zero.
        choice = (decisions >= 0).astype(np.int64)
        return _said(fitted, decisions[:, None], choice, gap=np.abs(decisions))
    # Votes of pairs of classes decide; the largest decision value may be another class.
    choice = np.searchsorted(fitted.seen, fitted.machine.predict(rows))
    best = np.partition(decisions, -2, axis=1)
    return _said(fitted, decisions, choice, gap=best[:, -1] - best[:, -2])


def _likeness(fitted: Landmarks, matrix: Matrix) -> Floats:
    rows = np.asarray(scalings.apply(fitted.scaling, matrix))
    return likeness(rows, fitted.landmarks, fitted.gamma)


def _log_likelihood(fitted: Gaussian, matrix: Matrix) -> Floats:
    """Log-densities of rows, a few at a time: what they are squared in stays in the cache."""
    raw, scaling = np.asarray(matrix), fitted.scaling
    precision = 1.0 / fitted.variances
    constant = fitted.log_prior - 0.5 * (
        np.log(fitted.variances) + fitted.means**2 * precision
    ).sum(axis=1)
    squared, plain = -0.5 * precision.T, (fitted.means * precision).T
    if scaling.scale is not None:
        squared, plain = squared / scaling.scale[:, None] ** 2, plain / scaling.scale[:, None]
    found = np.empty((len(raw), len(constant)))
    step = max(1, NUMBERS_AT_ONCE // raw.shape[1])
    for first in range(0, len(raw), step):
        rows = _centred(scaling, raw[first : first + step])
        found[first : first + step] = np.square(rows) @ squared + rows @ plain
    return np.asarray(found + constant)


def _centred(scaling: Scaling, rows: Dense) -> Floats:
    """Scale rows but for each column's scale, which is in the coefficients."""
    if scaling.mean is None:
        return np.asarray(scalings.apply(scaling, rows))
    return np.asarray(rows - scaling.mean)


def _votes(fitted: Forest, matrix: Matrix) -> Floats:
    """Log-probabilities; a forest has one tree more, which knows nothing.

    That all trees agree is no certainty, and says less of few trees than of many.
    """
    proba, trees = forests.probabilities(fitted, matrix), len(fitted.sizes)
    return _logarithm((trees * proba + 1.0 / proba.shape[1]) / (trees + 1))


def _logarithm(proba: Floats) -> Floats:
    return np.asarray(np.log(np.maximum(proba, SMALLEST_PROBABILITY)))
