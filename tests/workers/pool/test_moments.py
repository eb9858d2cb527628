"""Statistics merged from shards are those of all items at once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.preprocessing import StandardScaler

from workers.learning import scaling
from workers.learning.scaling import DenseMoments, Kind, SparseMoments
from workers.pool import moments


def pool(rows: int = 9001, seed: int = 0) -> np.ndarray:
    """Features of very different size, one constant, one nearly so, one far from zero."""
    rng = np.random.default_rng(seed)
    columns = rng.standard_normal((rows, 6)) * [1, 1e-12, 1e9, 0, 0, 1] + [0, 0, 0, 0.1, 7, 100]
    return columns.astype(np.float32)


def in_shards(rows: np.ndarray, cuts: list[int]) -> scaling.Moments:
    return moments.merge([moments.of(part) for part in np.split(rows, cuts)])


@pytest.mark.parametrize("cuts", [[], [1], [8192], [17, 4113, 9000], [500, 500]])
def test_standardised_rows_are_those_of_standard_scaler(cuts: list[int]) -> None:
    rows = pool()

    merged = in_shards(rows, cuts)
    scaled = scaling.apply(scaling.of(Kind.STANDARD, merged), rows)

    assert merged.count == len(rows)
    reference = StandardScaler().fit_transform(rows.astype(np.float64))
    np.testing.assert_allclose(scaled, reference, rtol=1e-12, atol=1e-12)


def test_a_constant_feature_keeps_its_scale() -> None:
    merged = in_shards(pool(), [100, 5000])

    assert isinstance(merged, DenseMoments)
    assert scaling.standard_scale(merged)[[3, 4]].tolist() == [1.0, 1.0]


@settings(deadline=None, max_examples=40)
@given(cuts=st.lists(st.integers(0, 60), max_size=6), seed=st.integers(0, 99))
def test_any_cut_into_shards_gives_the_same(cuts: list[int], seed: int) -> None:
    rows = pool(60, seed)

    merged, whole = in_shards(rows, sorted(cuts)), moments.of(rows)

    assert isinstance(merged, DenseMoments)
    assert isinstance(whole, DenseMoments)
    sizes = np.sqrt(whole.variance) + np.abs(whole.mean)
    assert (np.abs(merged.mean - whole.mean) <= 1e-14 * sizes).all()
    assert (np.abs(merged.variance - whole.variance) <= 1e-13 * sizes**2).all()


def test_document_frequencies_add_up() -> None:
    terms = sparse.random(80, 30, density=0.2, format="csr", dtype=np.float32, rng=0)

    merged = moments.merge(
        [moments.of(terms[:33]), moments.of(terms[33:33]), moments.of(terms[33:])]
    )

    assert isinstance(merged, SparseMoments)
    assert merged.count == 80
    assert merged.document_frequency.dtype == np.int64
    assert merged.document_frequency.tolist() == (terms.toarray() > 0).sum(axis=0).tolist()


def test_a_stored_zero_is_no_occurrence() -> None:
    terms = sparse.csr_matrix((np.array([0.0, 2.0]), np.array([0, 1]), np.array([0, 2])))

    found = moments.of(terms)

    assert isinstance(found, SparseMoments)
    assert found.document_frequency.tolist() == [0, 1]


@pytest.mark.parametrize("rows", [pool(40), sparse.csr_matrix(pool(40))], ids=["dense", "sparse"])
def test_statistics_survive_storage(rows: np.ndarray) -> None:
    before = moments.of(rows)

    after = moments.from_arrays(moments.to_arrays(before))

    assert type(after) is type(before)
    for name, array in moments.to_arrays(before).items():
        np.testing.assert_array_equal(moments.to_arrays(after)[name], array)


@pytest.mark.parametrize(
    "parts",
    [[], [moments.of(pool(3)), moments.of(sparse.csr_matrix((1, 6)))]],
    ids=["none", "mixed"],
)
def test_only_shards_of_one_kind_are_merged(parts: list[scaling.Moments]) -> None:
    with pytest.raises(ValueError, match="one or more shards of one kind"):
        moments.merge(parts)
