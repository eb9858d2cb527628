"""How alike rows are: the cosine of the angle between them."""

from typing import Any

import numpy as np
import numpy.typing as npt

from workers.learning import scaling
from workers.learning.arrays import Floats, Matrix, Sparse, is_sparse

Cosines = npt.NDArray[np.float64]


def cosines(rows: Matrix, one: Matrix, *, idf: Floats | None) -> Cosines:
    """Cosines between raw rows, float32[n, d] or CSR, and `one` of shape [1, d]: float64[n].

    Term weights are multiplied by this `idf`, float64[d], first. A row of zeros is at
    right angles to all. One product over the rows, which are not copied.

    >>> cosines(np.eye(2, dtype=np.float32), np.array([[3.0, 4.0]]), idf=None).round(2).tolist()
    [0.6, 0.8]
    """
    if is_sparse(rows):
        if idf is None or not is_sparse(one):
            raise ValueError("term weights are compared with term weights, by their idf")
        return np.clip(_of_terms(rows, one, idf), -1.0, 1.0)
    wanted = np.asarray(one, dtype=np.float64)[0]
    wanted = wanted / scaling.norms(wanted[None])[0]
    dense = np.asarray(rows)
    with np.errstate(over="ignore", invalid="ignore"):
        products: npt.NDArray[Any] = dense @ wanted.astype(dense.dtype)
    if not np.isfinite(products).all():
        products = dense.astype(np.float64) @ wanted
    return np.clip(products.astype(np.float64) / scaling.norms(dense), -1.0, 1.0)


def _of_terms(rows: Sparse, one: Sparse, idf: Floats) -> Cosines:
    """The same without making tf-idf."""
    squared = (idf**2).astype(np.float32)
    mine = np.asarray(one.toarray(), dtype=np.float32)[0]
    lengths = scaling.tfidf_lengths(rows, squared) * np.sqrt(np.square(mine) @ squared)
    products = rows @ (mine * squared)
    return np.asarray(products / np.where(lengths > 0, lengths, 1.0), dtype=np.float64)
