"""How raw features become what an estimator sees, as data that a fitted version carries."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy import sparse

from workers.learning import terms
from workers.learning.arrays import Dense, Floats, Ints, Matrix, Sparse, is_sparse


@dataclass(frozen=True, kw_only=True, eq=False)
class DenseMoments:
    """Count, mean float64[d] and population variance float64[d] over all registered items."""

    count: int
    mean: Floats
    variance: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class SparseMoments:
    """Count, and the number of registered items that hold each term, int64[width]."""

    count: int
    document_frequency: Ints


Moments: TypeAlias = DenseMoments | SparseMoments
Narrow: TypeAlias = npt.NDArray[np.float32]


class Kind(StrEnum):
    """The scalings there are."""

    NONE = "none"
    STANDARD = "standard"
    UNIT = "unit"
    TFIDF = "tfidf"
    SEARCH = "tfidf_search"
    """tf-idf with the emphasis of searches (`terms`)."""


OF_TEXT = {Kind.TFIDF, Kind.SEARCH}
ONE_SIDED = 0.9
"""Rows whose mean cosine is above have next to nothing left in their directions. It is .69 for
pixels of digits. Of four columns and a thousand rows, forty labels led to an accuracy of .50 by
directions where each column was a hundred from zero, and to .94 where it was centred."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Scaling:
    """A kind, and the arrays it needs: mean and scale float64[d], or idf float64[width]."""

    kind: Kind
    mean: Floats | None = None
    scale: Floats | None = None
    idf: Floats | None = None


_ARRAYS = ("mean", "scale", "idf")


def to_arrays(scaling: Scaling) -> dict[str, npt.NDArray[Any]]:
    """Give the arrays of a scaling by name, those that it has."""
    held = {name: getattr(scaling, name) for name in _ARRAYS}
    return {name: array for name, array in held.items() if array is not None}


def from_arrays(kind: Kind, arrays: Mapping[str, npt.NDArray[Any]]) -> Scaling:
    """Make a scaling from its arrays, which may be among others."""
    return Scaling(kind=kind, **{name: arrays[name] for name in _ARRAYS if name in arrays})


def of(kind: Kind, moments: Moments) -> Scaling:
    """Make the scaling of a kind from the statistics of the pool.

    Raises:
        ValueError: the kind is not for features such as these.
    """
    if (kind in OF_TEXT) != isinstance(moments, SparseMoments):
        raise ValueError(f"'{kind}' scaling is not for {type(moments).__name__}")
    match moments:
        case SparseMoments():
            return Scaling(kind=kind, idf=weighted_idf(moments, kind))
        case DenseMoments() if kind is Kind.STANDARD:
            return Scaling(kind=kind, mean=moments.mean, scale=standard_scale(moments))
    return Scaling(kind=kind)


def is_off_centre(moments: DenseMoments) -> bool:
    """Whether the rows lie so far to one side that their directions are nearly the same."""
    of_mean, around = float(np.square(moments.mean).sum()), float(moments.variance.sum())
    return of_mean > ONE_SIDED * (of_mean + around)


def standard_scale(moments: DenseMoments) -> Floats:
    """Give the standard deviation of each feature, 1 for a constant one: float64[d].

    A feature is constant when its variance is within the error bound of the two-pass
    algorithm, as in scikit-learn's StandardScaler (Chan, Golub & LeVeque 1983).
    """
    error = moments.count * np.finfo(np.float64).eps
    constant = moments.variance <= error * moments.variance + (error * moments.mean) ** 2
    return np.where(constant, 1.0, np.sqrt(moments.variance))


def weighted_idf(moments: SparseMoments, kind: Kind = Kind.TFIDF) -> Floats:
    """Give log((1 + items) / (1 + items with the term)) + 1 for each term, times its emphasis.

    Smoothed as in scikit-learn's TfidfTransformer; float64[width].
    """
    seen = 1.0 + moments.document_frequency
    emphasis = terms.SEARCH if kind is Kind.SEARCH else terms.CLASSES
    idf: Floats = np.log((1.0 + moments.count) / seen) + 1.0
    return idf * terms.weights(len(idf), emphasis)


def apply(scaling: Scaling, matrix: Matrix) -> Matrix:
    """Scale rows in float64: dense in, dense out; term weights in, unit-norm tf-idf CSR out.

    Raises:
        ValueError: dense rows for tf-idf, or term weights for another scaling.
    """
    if is_sparse(matrix) != (scaling.kind in OF_TEXT):
        raise ValueError(f"'{scaling.kind}' scaling is not for a {type(matrix).__name__}")
    if scaling.idf is not None:
        return _tfidf(matrix, scaling.idf)
    rows: Floats = np.asarray(matrix, dtype=np.float64)
    if scaling.mean is not None and scaling.scale is not None:
        return (rows - scaling.mean) / scaling.scale
    if scaling.kind is Kind.UNIT:
        return rows / norms(rows)[:, None]
    return rows


def norms(rows: Dense) -> Floats:
    """Give the Euclidean length of each row, 1 for a row of zeros: float64[n].

    Sums in the rows' own precision; rows too long or too short for it are done in float64.
    """
    with np.errstate(over="ignore", under="ignore"):
        squares = np.vecdot(rows, rows).astype(np.float64)
    redo = ~((squares > 1e-30) & (squares < np.inf))
    wide = rows[redo].astype(np.float64)
    squares[redo] = np.vecdot(wide, wide)
    return np.where(squares > 0, np.sqrt(squares), 1.0)


def lengths(scaling: Scaling, rows: Matrix) -> Dense | None:
    """Give the lengths that raw rows are divided by, [n]; None where they keep their own."""
    if scaling.idf is not None and is_sparse(rows):
        return tfidf_lengths(rows, _squared_idf(scaling))
    return norms(np.asarray(rows)) if scaling.kind is Kind.UNIT else None


@lru_cache(maxsize=4)
def _squared_idf(scaling: Scaling) -> Narrow:
    if scaling.idf is None:
        raise ValueError("this scaling is not of texts")
    return (scaling.idf**2).astype(np.float32)


def tfidf_lengths(rows: Sparse, squared_idf: Narrow) -> Narrow:
    """Give the length of each row of tf-idf that is not made, 1 for one without terms: float32[n].

    Args:
        rows: term weights of n rows, float32 CSR.
        squared_idf: float32[width].
    """
    squares = sparse.csr_matrix((rows.data**2, rows.indices, rows.indptr), shape=rows.shape)
    lengths: Narrow = np.sqrt(squares @ squared_idf)
    lengths[lengths == 0] = 1.0
    return lengths


def _tfidf(rows: Sparse, idf: Floats) -> Sparse:
    weights = rows.data * idf[rows.indices]
    entries = np.diff(rows.indptr)
    row_of_entry = np.repeat(np.arange(rows.shape[0]), entries)
    squares = np.bincount(row_of_entry, weights=weights**2, minlength=rows.shape[0])
    weights /= np.sqrt(np.where(squares > 0, squares, 1.0))[row_of_entry]
    return sparse.csr_matrix((weights, rows.indices, rows.indptr), shape=rows.shape)
