"""Decisions of linear versions on raw rows, with the scaling folded into the coefficients."""

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from workers.learning import scaling as scalings
from workers.learning.arrays import Dense, Floats, Matrix, Sparse, is_sparse
from workers.learning.scaling import Narrow, Scaling
from workers.learning.versions import Linear

# A mean this many deviations from zero would cancel in float32; it is then subtracted first.
FAR_FROM_ZERO = 8.0
# Scales outside would leave the range in which float32 is precise.
SMALLEST_SCALE, LARGEST_SCALE = 1e-18, 1e18


def decisions(fitted: Linear, matrix: Matrix, lengths: Dense | None = None) -> Floats:
    """Judge raw rows: float64[n, 1 or k], in units of log-probability.

    Args:
        lengths: what `scaling.lengths` gives of the rows, where that is known.

    Raises:
        ValueError: dense rows for tf-idf, or term weights for another scaling.
    """
    if is_sparse(matrix) != (fitted.scaling.idf is not None):
        raise ValueError(f"'{fitted.scaling.kind}' scaling is not for a {type(matrix).__name__}")
    if lengths is None:
        lengths = scalings.lengths(fitted.scaling, matrix)
    if is_sparse(matrix):
        return _sparse_decisions(fitted, matrix, lengths)
    rows = np.asarray(matrix)
    with np.errstate(over="ignore", invalid="ignore"):
        quick = _dense_decisions(fitted, rows, _precision(fitted.scaling, rows), lengths)
    if np.isfinite(quick).all():
        return quick
    return _dense_decisions(fitted, rows, np.dtype(np.float64), lengths)


def _sparse_decisions(fitted: Linear, rows: Sparse, lengths: Dense | None) -> Floats:
    """Score unit-norm tf-idf without making it."""
    products = _divided(rows @ _folded(fitted), lengths)
    return np.asarray(products, dtype=np.float64) + fitted.intercept


@lru_cache(maxsize=2)
def _folded(fitted: Linear) -> Narrow:
    """Coefficients with idf folded in, float32[width, 1 or k]."""
    idf = fitted.scaling.idf
    if idf is None:
        raise ValueError("this version is not of texts")
    columns = np.arange(len(idf)) if fitted.columns is None else fitted.columns
    folded = np.zeros((len(idf), len(fitted.coefficients)), dtype=np.float32)
    folded[columns] = (fitted.coefficients * idf[columns]).T
    return folded


def _divided(products: Dense, lengths: Dense | None) -> Dense:
    return products if lengths is None else products / lengths[:, None]


def _precision(scaling: Scaling, rows: Dense) -> np.dtype[Any]:
    if scaling.scale is None or len(scaling.scale) == 0:
        return rows.dtype
    precise = scaling.scale.min() > SMALLEST_SCALE and scaling.scale.max() < LARGEST_SCALE
    return rows.dtype if precise else np.dtype(np.float64)


def _dense_decisions(
    fitted: Linear, rows: Dense, dtype: np.dtype[Any], lengths: Dense | None
) -> Floats:
    """Score with the scaling folded into the coefficients: one matrix product."""
    mean, scale = fitted.scaling.mean, fitted.scaling.scale
    if mean is None or scale is None:
        products = _divided(_product(rows, fitted.coefficients, dtype), lengths)
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
