"""Rows are drawn by squared distance, never twice, and in little memory."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from workers.learning import diversity

KINDS = pytest.mark.parametrize("make", [np.asarray, sparse.csr_matrix], ids=["dense", "sparse"])
LINE = np.array([[0.0], [1.0], [2.0], [10.0]], np.float32)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def shares(picks: list[int], rows: int) -> np.ndarray:
    return np.bincount(picks, minlength=rows) / len(picks)


def test_the_second_row_is_drawn_by_squared_distance() -> None:
    generator = rng()

    picks = [diversity.kmeans_plus_plus(LINE, 2, generator, first=1)[1] for _ in range(4000)]

    np.testing.assert_allclose(shares(picks, 4), np.array([1, 0, 1, 81]) / 83, atol=0.012)


def test_later_rows_are_drawn_by_distance_to_the_nearest() -> None:
    generator = rng()

    drawn = [diversity.kmeans_plus_plus(LINE, 3, generator, first=0) for _ in range(4000)]

    third = [order[2] for order in drawn if order[1] == 3]
    assert len(third) > 3600
    np.testing.assert_allclose(shares(third, 4), np.array([0, 1, 4, 0]) / 5, atol=0.025)


def test_rows_that_are_chosen_already_repel() -> None:
    generator = rng()
    chosen = np.array([[10.0], [1.0]], np.float32)

    picks = [diversity.kmeans_plus_plus(LINE, 1, generator, chosen=chosen)[0] for _ in range(2000)]

    np.testing.assert_allclose(shares(picks, 4), [0.5, 0, 0.5, 0], atol=0.04)


def test_the_first_row_is_any_when_there_is_nothing_yet() -> None:
    generator, none = rng(), [None, LINE[:0]] * 1000

    picks = [diversity.kmeans_plus_plus(LINE, 1, generator, chosen=one)[0] for one in none]

    np.testing.assert_allclose(shares(picks, 4), 0.25, atol=0.04)


@KINDS
@pytest.mark.parametrize("row", [[0.0, 0.0], [0.1, 0.7]], ids=["zeros", "numbers"])
def test_equal_rows_come_in_random_order_each_once(make: type, row: list[float]) -> None:
    rows = make(np.tile(np.array(row, np.float32), (20, 1)))

    orders = [diversity.kmeans_plus_plus(rows, 20, rng(seed)).tolist() for seed in range(30)]

    assert all(sorted(order) == list(range(20)) for order in orders)
    assert len({tuple(order) for order in orders}) == 30
    assert len({order[1] for order in orders}) > 8


@KINDS
@settings(deadline=None, max_examples=40)
@given(
    points=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=25),
    count=st.integers(0, 30),
    seed=st.integers(0, 99),
)
def test_no_row_comes_twice_and_distinct_rows_come_first(
    make: type, points: list, count: int, seed: int
) -> None:
    rows = np.array(points, np.float32)

    order = diversity.kmeans_plus_plus(make(rows), count, rng(seed))

    assert order.dtype == np.int64
    assert len(order) == len(set(order.tolist())) == min(count, len(points))
    distinct = min(len(order), len(set(points)))
    assert len({points[index] for index in order[:distinct]}) == distinct


def test_dense_and_sparse_rows_are_drawn_alike() -> None:
    rows = rng().poisson(0.3, (60, 40)).astype(np.float32)
    terms = sparse.csr_matrix(rows)

    dense = diversity.kmeans_plus_plus(rows, 30, rng(1), chosen=rows[:7])
    drawn = diversity.kmeans_plus_plus(terms, 30, rng(1), chosen=terms[:7])

    assert drawn.tolist() == dense.tolist()


def test_every_cloud_is_visited_before_one_is_visited_twice() -> None:
    centres = 100 * np.eye(12)
    rows = np.repeat(centres, 50, axis=0) + rng().standard_normal((600, 12))

    order = diversity.kmeans_plus_plus(rows.astype(np.float32), 12, rng(3))

    assert sorted(order // 50) == list(range(12))


@KINDS
def test_memory_is_not_pairs_of_rows(make: type) -> None:
    rows = make(rng().random((10_000, 4)).astype(np.float32))

    tracemalloc.start()
    diversity.kmeans_plus_plus(rows, 5, rng(), chosen=rows[:5000])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 200e6  # 10,000 x 5,000 distances would be 400 MB


@KINDS
def test_unit_rows_have_length_one_and_keep_their_precision(make: type) -> None:
    rows = make(np.array([[3, 4], [0, 0], [0, 2]], np.float32))

    unit = diversity.unit(rows)

    assert unit.dtype == np.float32
    plain = unit if make is np.asarray else unit.toarray()
    np.testing.assert_allclose(plain, [[0.6, 0.8], [0, 0], [0, 1]], rtol=1e-6)


def term_counts(rows: int = 40) -> sparse.csr_matrix:
    found = sparse.random(rows, 2**18, density=1e-4, format="csr", rng=0)
    return found.astype(np.float32)


def test_a_projection_keeps_distances_within_its_error() -> None:
    rows = term_counts()
    flat = diversity.reduced(rows, 400, rng())

    assert (flat.shape, flat.dtype) == ((40, 400), np.float32)
    one, other = np.triu_indices(40, 1)
    wanted = np.linalg.norm((rows[one] - rows[other]).toarray(), axis=1)
    found = np.linalg.norm(flat[one] - flat[other], axis=1)
    assert np.abs(found / wanted - 1).max() < 5 / np.sqrt(2 * 400)


@pytest.mark.parametrize(
    ("rows", "shape"),
    [
        (term_counts(40), (40, 10)),
        (sparse.csr_matrix((3, 9), dtype=np.float32), (3, 0)),
        (sparse.csr_matrix(np.eye(1, 9, dtype=np.float32)), (1, 1)),
        (sparse.csr_matrix((0, 9), dtype=np.float32), (0, 0)),
    ],
)
def test_a_projection_has_no_more_dimensions_than_there_are_terms(
    rows: sparse.csr_matrix, shape: tuple[int, int]
) -> None:
    flat = diversity.reduced(rows, 10, rng())
    assert flat.shape == shape
    assert shape[1] == 10 or np.array_equal(flat @ flat.T, (rows @ rows.T).toarray())


def test_after_the_picks_the_rest_follows_by_score() -> None:
    features = rng().random((60, 3)).astype(np.float32)

    order = diversity.diversify(features, rng(), picks=10)

    assert order[0] == 0
    assert sorted(order) == list(range(60))
    assert (np.diff(order[10:]) > 0).all()


@pytest.mark.parametrize("picks", [None, 0, 5])
def test_no_rows_are_no_order(picks: int | None) -> None:
    assert diversity.diversify(LINE[:0], rng(), picks).tolist() == []


def test_directions_and_not_lengths_are_diverse() -> None:
    features = np.array([[1, 0], [900, 0], [5, 0], [0, 1]], np.float32)

    assert {diversity.diversify(features, rng(seed))[1] for seed in range(20)} == {3}
