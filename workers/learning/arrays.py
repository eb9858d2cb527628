"""Names for the arrays that learning passes around."""

from typing import Any, TypeAlias, TypeGuard

import numpy as np
import numpy.typing as npt
from scipy import sparse

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Hashes: TypeAlias = npt.NDArray[np.uint64]

Dense: TypeAlias = npt.NDArray[np.floating[Any]]
Sparse: TypeAlias = sparse.csr_matrix
# Rows of features: dense float32 vectors, or weights of hashed terms as float32 CSR.
Matrix: TypeAlias = Dense | Sparse


def is_sparse(matrix: Matrix) -> TypeGuard[Sparse]:
    """Say whether the rows are term weights (CSR) and not vectors."""
    return bool(sparse.issparse(matrix))
