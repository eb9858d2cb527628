"""Scalings are those of scikit-learn, from statistics of the pool."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.preprocessing import normalize

from workers.encoders import text
from workers.learning import scaling, terms
from workers.learning.arrays import Matrix
from workers.learning.scaling import DenseMoments, Kind, Moments, SparseMoments
from workers.learning.terms import Emphasis

TEXTS = ["the cat sat", "the cat sat on the mat", "", "a dog and the the the mat", "dogs"]


def counted(rows: sparse.csr_matrix) -> SparseMoments:
    held = np.bincount(rows.indices, minlength=rows.shape[1])
    return SparseMoments(count=rows.shape[0], document_frequency=held)


@pytest.mark.parametrize(
    ("kind", "emphasis"), [(Kind.TFIDF, terms.CLASSES), (Kind.SEARCH, terms.SEARCH)]
)
def test_tfidf_is_that_of_scikit_learn_with_an_emphasis(kind: Kind, emphasis: Emphasis) -> None:
    weights = text.encode(TEXTS)
    counts = weights.astype(float)
    counts.data = np.exp(counts.data - 1).round()

    weighted = scaling.apply(scaling.of(kind, counted(weights)), weights)

    reference = TfidfTransformer(sublinear_tf=True, norm=None).fit_transform(counts)
    factors = np.ones(terms.WIDTH)
    factors[terms.MARKS], factors[terms.PAIRS] = emphasis.marks, emphasis.pairs
    expected = normalize(reference @ sparse.diags(factors))
    assert abs(weighted - expected).max() < 1e-7


def test_a_text_of_marks_alone_has_no_length_where_marks_count_nothing() -> None:
    weights = text.encode([*TEXTS, "? !"])

    weighted = scaling.apply(scaling.of(Kind.SEARCH, counted(weights)), weights)

    assert weights[-1].nnz == 2
    assert abs(weighted[-1]).sum() == 0


def test_tfidf_leaves_the_weights_as_they_are() -> None:
    weights = text.encode(TEXTS)
    before = weights.copy()

    scaling.apply(scaling.of(Kind.TFIDF, counted(weights)), weights)

    assert (weights != before).nnz == 0


def test_a_term_that_the_pool_never_saw_has_a_finite_weight() -> None:
    nothing_seen = SparseMoments(count=3, document_frequency=np.zeros(terms.WIDTH, np.int64))

    weighted = scaling.apply(scaling.of(Kind.TFIDF, nothing_seen), text.encode(["new"]))

    assert weighted.data.tolist() == [1.0]


def test_unit_rows_have_length_one_and_zero_rows_stay() -> None:
    rows = np.array([[3, 4], [0, 0], [1e-30, 0]], np.float32)
    pool = DenseMoments(count=1, mean=np.zeros(2), variance=np.ones(2))

    scaled = scaling.apply(scaling.of(Kind.UNIT, pool), rows)

    np.testing.assert_allclose(scaled, [[0.6, 0.8], [0, 0], [1, 0]], rtol=1e-15)


def test_no_scaling_only_widens() -> None:
    rows = np.array([[0.1, -2]], np.float32)
    pool = DenseMoments(count=1, mean=np.ones(2), variance=np.ones(2))

    scaled = scaling.apply(scaling.of(Kind.NONE, pool), rows)

    assert scaled.dtype == np.float64
    np.testing.assert_array_equal(scaled, rows)


@pytest.mark.parametrize("size", [1e-30, 1e-10, 1.0, 1e10, 1e30])
def test_lengths_are_right_whatever_the_size_of_the_numbers(size: float) -> None:
    rows = (size * np.array([[3.0, 4.0], [0.0, 0.0]])).astype(np.float32)

    np.testing.assert_allclose(scaling.norms(rows), [5 * size, 1.0], rtol=1e-6)


@pytest.mark.parametrize(
    ("kind", "pool"),
    [
        (Kind.TFIDF, DenseMoments(count=1, mean=np.zeros(2), variance=np.ones(2))),
        (Kind.UNIT, SparseMoments(count=1, document_frequency=np.zeros(2, np.int64))),
    ],
    ids=["tfidf of vectors", "unit of terms"],
)
def test_a_scaling_for_other_features_is_refused(kind: Kind, pool: Moments) -> None:
    with pytest.raises(ValueError, match="scaling is not for"):
        scaling.of(kind, pool)


@pytest.mark.parametrize(
    ("kind", "rows"),
    [(Kind.TFIDF, np.zeros((1, 2))), (Kind.NONE, sparse.csr_matrix((1, 2)))],
    ids=["tfidf of vectors", "none of terms"],
)
def test_rows_of_the_other_kind_are_refused(kind: Kind, rows: Matrix) -> None:
    with pytest.raises(ValueError, match="scaling is not for"):
        scaling.apply(scaling.Scaling(kind=kind, idf=np.ones(2)), rows)
