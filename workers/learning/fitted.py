"""What a fit leaves behind, and what it says about rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import special
from sklearn.svm import SVC

from workers.learning import scaling as scalings
from workers.learning.arrays import Dense, Floats, Ints, Matrix, Sparse, is_sparse
from workers.learning.scaling import Kind, Scaling

# A mean this many deviations from zero would cancel in float32; it is then subtracted first.
FAR_FROM_ZERO = 8.0
# Scales outside would leave the range in which float32 is precise.
SMALLEST_SCALE, LARGEST_SCALE = 1e-18, 1e18


@dataclass(frozen=True, kw_only=True, eq=False)
class Linear:
    """A linear version: arrays only.

    With two seen classes there is one row of coefficients, for the second; else one a class.
    """

    classes: int
    """Number of classes of the project."""
    seen: Ints
    """Indices of the classes that had training labels, ascending, int64[k]."""
    coefficients: Floats
    """float64[1 or k, d], over scaled features; over `columns` only when these are given."""
    intercept: Floats
    """float64[1 or k]."""
    columns: Ints | None
    """Terms that occur in the training rows; all other coefficients are exactly zero."""
    scaling: Scaling
    report: Mapping[str, Any]
    """What was chosen, and how well it did in cross-validation; fit for JSON."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Kernel:
    """A support vector machine with a kernel; its classes are indices as in `seen`."""

    classes: int
    seen: Ints
    machine: SVC
    scaling: Scaling
    report: Mapping[str, Any]


Fitted: TypeAlias = Linear | Kernel


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


def outputs(fitted: Fitted, matrix: Matrix) -> Outputs:
    """Judge raw feature rows (float32[n, d] or CSR counts); memory is proportional to n.

    A kernel version has no probabilities: its `proba` is the sigmoid (two classes) or softmax
    of decision values, which orders rows and is not calibrated.
    """
    match fitted:
        case Linear():
            decisions = _linear_decisions(fitted, matrix)
            return _said(fitted, decisions, _linear_choice(decisions), gap=None)
        case Kernel():
            rows = scalings.apply(fitted.scaling, matrix)
            if rows.shape[0] == 0:
                nothing = np.zeros((0, _outcomes(fitted)))
                return _said(fitted, nothing, np.zeros(0, np.int64), gap=np.zeros(0))
            return _kernel_outputs(fitted, rows)


def _outcomes(fitted: Fitted) -> int:
    return 1 if len(fitted.seen) == 2 else len(fitted.seen)


def _said(fitted: Fitted, decisions: Floats, choice: Ints, *, gap: Floats | None) -> Outputs:
    proba = np.zeros((len(decisions), fitted.classes))
    if decisions.shape[1] == 1:
        proba[:, fitted.seen[1]] = special.expit(decisions[:, 0])
        proba[:, fitted.seen[0]] = special.expit(-decisions[:, 0])
    else:
        proba[:, fitted.seen] = special.softmax(decisions, axis=1)
    return Outputs(label=fitted.seen[choice], proba=proba, gap=gap)


def _linear_choice(decisions: Floats) -> Ints:
    if decisions.shape[1] == 1:
        return np.asarray(decisions[:, 0] > 0, dtype=np.int64)
    return np.asarray(np.argmax(decisions, axis=1), dtype=np.int64)


def _kernel_outputs(fitted: Kernel, rows: Matrix) -> Outputs:
    decisions: Floats = fitted.machine.decision_function(rows)
    if decisions.ndim == 1:
        # libsvm gives the second class a decision of exactly zero.
        choice = (decisions >= 0).astype(np.int64)
        return _said(fitted, decisions[:, None], choice, gap=np.abs(decisions))
    # Votes of pairs of classes decide; the largest decision value may be another class.
    choice = np.searchsorted(fitted.seen, fitted.machine.predict(rows))
    best = np.partition(decisions, -2, axis=1)
    return _said(fitted, decisions, choice, gap=best[:, -1] - best[:, -2])


def _linear_decisions(fitted: Linear, matrix: Matrix) -> Floats:
    if is_sparse(matrix) != (fitted.scaling.idf is not None):
        raise ValueError(f"'{fitted.scaling.kind}' scaling is not for a {type(matrix).__name__}")
    if is_sparse(matrix):
        return _sparse_decisions(fitted, matrix)
    rows = np.asarray(matrix)
    with np.errstate(over="ignore", invalid="ignore"):
        decisions = _dense_decisions(fitted, rows, _precision(fitted.scaling, rows))
    if np.isfinite(decisions).all():
        return decisions
    return _dense_decisions(fitted, rows, np.dtype(np.float64))


def _sparse_decisions(fitted: Linear, counts: Sparse) -> Floats:
    """Score unit-norm tf-idf without making it: weights and lengths are two products."""
    folded, squared_idf = _folded(fitted)
    weights = scalings.term_weights(counts)
    products = weights @ folded
    weights.data **= 2
    lengths = np.sqrt(weights @ squared_idf)
    lengths[lengths == 0] = 1.0
    return np.asarray(products / lengths[:, None], dtype=np.float64) + fitted.intercept


@lru_cache(maxsize=2)
def _folded(fitted: Linear) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Coefficients with idf folded in, float32[width, 1 or k], and idf squared."""
    idf = fitted.scaling.idf
    if idf is None:
        raise ValueError("this version is not of texts")
    columns = np.arange(len(idf)) if fitted.columns is None else fitted.columns
    folded = np.zeros((len(idf), len(fitted.coefficients)), dtype=np.float32)
    folded[columns] = (fitted.coefficients * idf[columns]).T
    return folded, (idf**2).astype(np.float32)


def _precision(scaling: Scaling, rows: Dense) -> np.dtype[Any]:
    if scaling.scale is None or len(scaling.scale) == 0:
        return rows.dtype
    precise = scaling.scale.min() > SMALLEST_SCALE and scaling.scale.max() < LARGEST_SCALE
    return rows.dtype if precise else np.dtype(np.float64)


def _dense_decisions(fitted: Linear, rows: Dense, dtype: np.dtype[Any]) -> Floats:
    """Score with the scaling folded into the coefficients: one matrix product."""
    mean, scale = fitted.scaling.mean, fitted.scaling.scale
    if mean is None or scale is None:
        products = _product(rows, fitted.coefficients, dtype)
        if fitted.scaling.kind is Kind.UNIT:
            products /= scalings.norms(rows)[:, None]
        return products + fitted.intercept
    folded = fitted.coefficients / scale
    # Nearby float32 numbers subtract without rounding; the rest of the mean is put right after.
    is_far = bool(np.any(np.abs(mean) > FAR_FROM_ZERO * scale))
    shift: Floats = np.where(is_far, mean.astype(dtype).astype(np.float64), 0.0)
    offset: Floats = fitted.intercept - folded @ (mean - shift)
    return _product(rows - shift.astype(dtype) if is_far else rows, folded, dtype) + offset


def _product(rows: Dense, coefficients: Floats, dtype: npt.DTypeLike) -> Floats:
    products = rows.astype(dtype, copy=False) @ coefficients.T.astype(dtype)
    return np.asarray(products, dtype=np.float64)
