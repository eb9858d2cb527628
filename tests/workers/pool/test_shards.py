"""A shard comes back from its file as it was, mapped and not read."""

import mmap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import sparse

from workers.encoders import text
from workers.learning import terms
from workers.learning.arrays import Matrix
from workers.pool import shards

DENSE = arrays.arrays(
    np.float32,
    arrays.array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=8),
    elements=st.floats(-9, 9, width=32),
)


def written(path: Path, matrix: Matrix) -> Path:
    path.write_bytes(shards.encode(matrix))
    return path


def counts(rows: int = 50, width: int = 300) -> sparse.csr_matrix:
    return sparse.random(rows, width, density=0.1, format="csr", dtype=np.float32, rng=0)


@given(DENSE)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_dense_rows_come_back(tmp_path: Path, rows: np.ndarray) -> None:
    opened = shards.open_shard(written(tmp_path / "shard", rows))

    assert opened.dtype == np.float32
    np.testing.assert_array_equal(opened, rows)


@given(DENSE)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_sparse_rows_come_back(tmp_path: Path, rows: np.ndarray) -> None:
    opened = shards.open_shard(written(tmp_path / "shard", sparse.csr_matrix(rows)))

    assert opened.format == "csr"
    assert opened.dtype == np.float32
    np.testing.assert_array_equal(opened.toarray(), rows)


def test_a_dense_shard_is_a_npy_file(tmp_path: Path) -> None:
    rows = np.arange(6, dtype=np.float32).reshape(2, 3)

    path = written(tmp_path / "shard.npy", rows)

    np.testing.assert_array_equal(np.load(path, allow_pickle=False), rows)


def test_rows_are_mapped_not_read(tmp_path: Path) -> None:
    dense = shards.open_shard(written(tmp_path / "dense", np.ones((9, 4), np.float32)))
    terms = shards.open_shard(written(tmp_path / "sparse", counts()))

    for array in (dense, terms.data, terms.indices, terms.indptr):
        assert is_mapped(array)


def is_mapped(array: np.ndarray) -> bool:
    base = array
    while isinstance(base, np.ndarray) and base.base is not None:
        base = base.base
    return isinstance(base, mmap.mmap)


def test_columns_in_fortran_order_are_stored_row_by_row(tmp_path: Path) -> None:
    rows = np.asfortranarray(np.arange(6, dtype=np.float64).reshape(2, 3))

    opened = shards.open_shard(written(tmp_path / "shard", rows))

    assert opened.flags.c_contiguous
    np.testing.assert_array_equal(opened, rows)


def test_terms_given_twice_are_summed_and_the_original_is_kept(tmp_path: Path) -> None:
    twice = sparse.csr_matrix(
        (np.array([1.0, 2.0, 4.0]), np.array([5, 1, 5]), np.array([0, 3])), shape=(1, 9)
    )

    opened = shards.open_shard(written(tmp_path / "shard", twice))

    assert opened.indices.tolist() == [1, 5]
    assert opened.data.tolist() == [2.0, 5.0]
    assert twice.nnz == 3


@pytest.mark.parametrize("shape", [(3,), (1, 2, 3)], ids=["vector", "cube"])
def test_what_is_no_matrix_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="a shard is a matrix"):
        shards.encode(np.zeros(shape, np.float32))


@pytest.mark.parametrize(
    "spoilt",
    [
        b"",
        b"not a shard at all",
        shards.encode(np.ones((9, 9), np.float32))[:-1],
        shards.encode(counts())[:-1],
        shards.encode(counts())[:200],
        shards.encode(np.ones((9, 9), np.float32)).replace(b"False", b"True "),
    ],
    ids=["empty", "other", "short", "short sparse", "without terms", "fortran"],
)
def test_a_file_that_is_no_shard_is_refused(tmp_path: Path, spoilt: bytes) -> None:
    path = tmp_path / "shard"
    path.write_bytes(spoilt)

    with pytest.raises(ValueError, match=r"shard|magic|header|EOF"):
        shards.open_shard(path)


@pytest.mark.parametrize("make", [np.asarray, sparse.csr_matrix], ids=["dense", "sparse"])
def test_a_shard_grows_at_its_end(make: type) -> None:
    first, more = np.eye(3), np.full((2, 3), 7.0)

    grown = shards.extend(shards.extend(None, make(first)), make(more))

    assert grown.dtype == np.float32
    expected = np.vstack([first, more])
    np.testing.assert_array_equal(grown if make is np.asarray else grown.toarray(), expected)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (np.ones((1, 4)), "vectors of width 3 cannot take rows of vectors of width 4"),
        (sparse.csr_matrix((1, 3)), "cannot take rows of term weights of width 3"),
    ],
    ids=["width", "kind"],
)
def test_a_shard_keeps_its_kind_and_width(rows: Matrix, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        shards.extend(np.ones((1, 3)), rows)


@given(rows=st.integers(0, 40), step=st.integers(1, 50))
def test_blocks_are_the_whole_in_order(rows: int, step: int) -> None:
    dense = np.arange(rows * 2.0).reshape(rows, 2)

    walked = list(shards.blocks(dense, step))
    terms = [block.toarray() for _, block in shards.blocks(sparse.csr_matrix(dense), step)]

    assert [start for start, _ in walked] == list(range(0, rows, step))
    assert all(np.shares_memory(block, dense) for _, block in walked)
    np.testing.assert_array_equal(np.vstack([np.zeros((0, 2)), *terms]), dense)


def test_sparse_blocks_are_several_where_rows_are_full_and_share_their_memory() -> None:
    whole = sparse.random_array((3_000, 400), density=0.5, format="csr", rng=0, dtype=np.float32)
    matrix = sparse.csr_matrix(whole)

    walked = list(shards.blocks(matrix, 3_000))

    assert len(walked) > 2
    assert all(np.shares_memory(block.data, matrix.data) for _, block in walked)
    assert [start for start, _ in walked[1:]] == np.cumsum(
        [block.shape[0] for _, block in walked[:-1]]
    ).tolist()
    assert (sparse.vstack([block for _, block in walked], format="csr") != matrix).nnz == 0


def test_rows_are_taken_in_the_order_asked_for(tmp_path: Path) -> None:
    dense = np.arange(20, dtype=np.float32).reshape(10, 2)
    wanted = np.array([7, 0, 7])

    taken = shards.take(shards.open_shard(written(tmp_path / "dense", dense)), wanted)
    terms = shards.open_shard(written(tmp_path / "sparse", sparse.csr_matrix(dense)))

    np.testing.assert_array_equal(taken, dense[wanted])
    assert taken.flags.writeable
    np.testing.assert_array_equal(shards.take(terms, wanted).toarray(), dense[wanted])


def test_encoded_texts_survive_the_file(tmp_path: Path) -> None:
    rows = text.encode(["one two three", "", "two two"])

    opened = shards.open_shard(written(tmp_path / "shard", rows))

    assert opened.shape == (3, terms.WIDTH)
    assert (opened != rows).nnz == 0
