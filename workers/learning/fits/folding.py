"""Terms that one row alone holds, folded into one: fewer coefficients, and the same fit.

Under an L2 penalty the coefficients of a linear fit are a weighted sum of its rows (the representer
theorem: Kimeldorf & Wahba 1971), so those of terms that only one row holds are its values there
times one number. A fit of that number instead, on the length of these values, has the same optimum.
Of texts most terms are such.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from workers.learning.arrays import Floats, Ints, Sparse


@dataclass(frozen=True, kw_only=True, eq=False)
class Folded:
    """Rows with a term for each that several hold, then one a row for what it holds alone."""

    rows: Sparse
    """float64 CSR[n, shared + n]."""
    columns: Ints
    """The terms that any row holds, ascending: int64[d]; the coefficients of others are zero."""
    shared: Ints
    """Where in `columns` the terms are that several hold."""
    single: Ints
    """Where those are that one holds, in the order of rows."""
    owners: Ints
    """The row of each of them."""
    shares: Floats
    """What each is of the one term that stands for them."""

    def unfold(self, coefficients: Floats) -> Floats:
        """Those of `columns`, float64[k, d], from those of `rows`, float64[k, shared + n]."""
        found = np.zeros((len(coefficients), len(self.columns)))
        found[:, self.shared] = coefficients[:, : len(self.shared)]
        found[:, self.single] = coefficients[:, len(self.shared) + self.owners] * self.shares
        return found


def fold(rows: Sparse) -> Folded:
    """Fold terms of canonical CSR rows[n, width]."""
    holders = np.bincount(rows.indices, minlength=rows.shape[1])
    columns = np.flatnonzero(holders)
    place = np.cumsum(holders > 0) - 1
    is_single = holders[rows.indices] == 1
    owners = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))[is_single]
    values = rows.data[is_single]
    lengths = np.sqrt(np.bincount(owners, values**2, minlength=rows.shape[0]))
    shared = np.flatnonzero(holders > 1)
    return Folded(
        rows=sparse.hstack([rows[:, shared], sparse.diags(lengths)], "csr"),
        columns=columns,
        shared=place[shared],
        single=place[rows.indices[is_single]],
        owners=owners,
        # A term that counts for nothing has the length 0.
        shares=values / np.where(lengths > 0, lengths, 1.0)[owners],
    )
