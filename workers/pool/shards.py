"""Feature shards: one file each, dense or sparse, memory-mapped when read."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from scipy import sparse

from workers.learning import terms
from workers.learning.arrays import Ints, Matrix, Sparse, is_sparse

# A dense shard is a .npy file. A sparse one is this, the number of columns, and three .npy
# arrays (indptr, indices, data), each from a multiple of 64 bytes so that it can be mapped. The
# data of older ones are how often texts have terms, not what that weighs.
SPARSE_MAGIC, COUNTS_MAGIC = b"csr/2.0\n", b"csr/1.0\n"
ALIGNMENT = 64
# Of a sparse block: two megabytes.
ENTRIES_AT_ONCE = 250_000


def encode(matrix: Matrix) -> bytes:
    """Write rows as a shard: float32, C order or CSR with sorted, summed int32 indices.

    Raises:
        ValueError: the rows are not a matrix.
    """
    if is_sparse(matrix):
        return _encode_sparse(matrix)
    rows = np.ascontiguousarray(matrix, dtype=np.float32)
    if np.ndim(matrix) != 2:
        raise ValueError(f"a shard is a matrix, not an array of {np.ndim(matrix)} dimensions")
    return _npy(rows)


def dense_header(rows: int, width: int) -> bytes:
    """What a dense shard begins with; its rows follow as little-endian float32, in C order."""
    return _header({"descr": "<f4", "fortran_order": False, "shape": (rows, width)})


def open_shard(path: Path) -> Matrix:
    """Map a shard without reading its rows: read-only float32[n, d], or float32 CSR.

    Raises:
        ValueError: the file is not a shard.
    """
    with path.open("rb") as file:
        magic = file.read(len(SPARSE_MAGIC))
        if magic not in (SPARSE_MAGIC, COUNTS_MAGIC):
            file.seek(0)
            return _map(file, path)
        width = int.from_bytes(file.read(8), "little")
        indptr, indices, data = (_map_next(file, path) for _ in range(3))
    if magic == COUNTS_MAGIC:
        data = terms.of_counts(data)
    shape = (len(indptr) - 1, width)
    rows = sparse.csr_matrix((data, indices, indptr), shape=shape, copy=False)
    rows.has_canonical_format = True  # as written; checking it would read all of the file
    return rows


def extend(existing: Matrix | None, rows: Matrix) -> Matrix:
    """Put rows behind those of a shard that is not full, as a new float32 matrix.

    Raises:
        ValueError: the two differ in kind or in width.
    """
    if existing is None:
        return rows.astype(np.float32)
    if is_sparse(existing) != is_sparse(rows) or existing.shape[1] != rows.shape[1]:
        raise ValueError(
            f"a shard of {_described(existing)} cannot take rows of {_described(rows)}"
        )
    if is_sparse(rows):
        return sparse.vstack([existing, rows], format="csr", dtype=np.float32)
    return np.concatenate([np.asarray(existing), rows.astype(np.float32)])


def blocks(matrix: Matrix, rows_per_block: int) -> Iterator[tuple[int, Matrix]]:
    """Walk through a matrix: the number of a block's first row, and the block, a view.

    Of sparse rows a block has as many as fit into a processor's cache.
    """
    step, count = rows_per_block, matrix.shape[0]
    if is_sparse(matrix):
        step = max(1, ENTRIES_AT_ONCE * count // max(1, matrix.nnz))
    for start in range(0, count, step):
        end = min(start + step, count)
        if is_sparse(matrix):
            yield start, _rows_between(matrix, start, end)
        else:
            yield start, np.asarray(matrix[start:end])


def take(matrix: Matrix, row_indices: Ints) -> Matrix:
    """Copy some rows, in the order asked for; of a mapped shard only these are read."""
    if is_sparse(matrix):
        return matrix[row_indices]
    return np.asarray(matrix)[row_indices]


def _rows_between(matrix: Sparse, start: int, end: int) -> Sparse:
    """Rows of a matrix that share its memory; scipy would copy them, even when given views."""
    first, last = matrix.indptr[start], matrix.indptr[end]
    rows = sparse.csr_matrix((end - start, matrix.shape[1]), dtype=matrix.dtype)
    rows.data, rows.indices = matrix.data[first:last], matrix.indices[first:last]
    rows.indptr = matrix.indptr[start : end + 1] - first
    rows.has_canonical_format = matrix.has_canonical_format
    return rows


def _encode_sparse(matrix: Sparse) -> bytes:
    rows = sparse.csr_matrix(matrix, dtype=np.float32, copy=True)
    rows.sum_duplicates()
    out = io.BytesIO()
    out.write(SPARSE_MAGIC + int(rows.shape[1]).to_bytes(8, "little"))
    for array in (rows.indptr.astype(np.int32), rows.indices.astype(np.int32), rows.data):
        out.write(bytes(-out.tell() % ALIGNMENT))
        out.write(_npy(array))
    return out.getvalue()


def _npy(array: npt.NDArray[Any]) -> bytes:
    header = _header(np.lib.format.header_data_from_array_1_0(array))
    return b"".join([header, array.data.cast("B") if array.size else b""])


def _header(described: dict[str, Any]) -> bytes:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, described)
    return header.getvalue()


def _map_next(file: BinaryIO, path: Path) -> npt.NDArray[Any]:
    file.seek(-file.tell() % ALIGNMENT, io.SEEK_CUR)
    return _map(file, path)


def _map(file: BinaryIO, path: Path) -> npt.NDArray[Any]:
    version = np.lib.format.read_magic(file)
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    if version != (1, 0) or fortran or dtype.hasobject:
        raise ValueError(f"{path.name} is not a shard")
    offset = file.tell()
    size = int(np.prod(shape)) * dtype.itemsize
    if path.stat().st_size < offset + size:
        raise ValueError(f"{path.name} is cut short")
    file.seek(offset + size)
    if size == 0:  # nothing to map
        return np.zeros(shape, dtype)
    return np.memmap(path, dtype=dtype, mode="r", offset=offset, shape=shape)


def _described(matrix: Matrix) -> str:
    kind = "term weights" if is_sparse(matrix) else "vectors"
    return f"{kind} of width {matrix.shape[1]}"
