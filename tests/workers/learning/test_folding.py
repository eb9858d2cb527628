"""Terms that one row alone holds are fitted as one, with the same outcome."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from workers.learning.fits import folding


def texts(count: int, *, seed: int = 0) -> sparse.csr_matrix:
    """Rows of unit length over terms that a few rows share, and many that one row holds."""
    rng = np.random.default_rng(seed)
    rows = np.zeros((count, 2_000))
    for row in rows:
        row[rng.choice(40, 8, replace=False)] = rng.random(8)
        row[rng.choice(np.arange(40, 2_000), 12, replace=False)] = rng.random(12)
    return sparse.csr_matrix(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def test_rows_are_as_like_each_other_as_before() -> None:
    rows = texts(60)

    folded = folding.fold(rows)

    assert folded.rows.shape[1] < len(folded.columns) / 2
    np.testing.assert_allclose((folded.rows @ folded.rows.T).todense(), (rows @ rows.T).todense())


@pytest.mark.parametrize("classes", [2, 3])
def test_a_fit_of_folded_terms_is_that_of_all_terms(classes: int) -> None:
    rows, labels = texts(150), np.random.default_rng(1).integers(0, classes, 150)
    weights = np.where(labels == 0, 2.0, 0.7)
    folded = folding.fold(rows)

    whole, part = (
        LogisticRegression(C=10, tol=1e-10, max_iter=5_000).fit(each, labels, weights)
        for each in (rows, folded.rows)
    )
    found = np.zeros((len(whole.coef_), rows.shape[1]))
    found[:, folded.columns] = folded.unfold(part.coef_)

    np.testing.assert_allclose(found, whole.coef_, atol=1e-6)
    np.testing.assert_allclose(part.intercept_, whole.intercept_, atol=1e-6)


def test_terms_that_count_for_nothing_get_no_coefficient() -> None:
    rows = sparse.csr_matrix(
        (np.array([0.0, 0.0, 1.0, 1.0]), np.array([0, 1, 2, 2]), np.array([0, 3, 4])), shape=(2, 5)
    )

    folded = folding.fold(rows)
    unfolded = folded.unfold(np.ones((1, folded.rows.shape[1])))

    assert folded.columns.tolist() == [0, 1, 2]
    assert unfolded.tolist() == [[0.0, 0.0, 1.0]]


def test_rows_without_terms_stay_rows() -> None:
    rows = sparse.csr_matrix((3, 7))

    folded = folding.fold(rows)

    assert folded.rows.shape == (3, 3)
    assert folded.rows.nnz == 0 or not folded.rows.data.any()
    assert folded.unfold(np.ones((2, 3))).shape == (2, 0)
