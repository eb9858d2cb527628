"""Statistics over all registered items, kept for each shard and merged exactly."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from workers.learning.arrays import Dense, Ints, Matrix, is_sparse
from workers.learning.scaling import DenseMoments, Moments, SparseMoments
from workers.pool import shards

NUMBERS_AT_ONCE = 100_000
"""Less than a megabyte of float64, which stays in a processor's cache."""


def of(matrix: Matrix) -> Moments:
    """Measure one shard: mean and variance in float64 if dense, document frequencies if CSR.

    A dense shard is read a block at a time, so that it is never whole in memory as float64.
    """
    if is_sparse(matrix):
        holding = np.bincount(matrix.indices[matrix.data != 0], minlength=matrix.shape[1])
        return SparseMoments(
            count=matrix.shape[0], document_frequency=holding.astype(np.int64, copy=False)
        )
    if len(matrix) == 0:
        nothing = np.zeros(matrix.shape[1])
        return DenseMoments(count=0, mean=nothing, variance=nothing)
    step = max(1, NUMBERS_AT_ONCE // max(1, matrix.shape[1]))
    return merge([_two_pass(block) for _, block in shards.blocks(matrix, step)])


def merge(parts: Sequence[Moments]) -> Moments:
    """Combine the statistics of shards into those of all their items.

    Between-shard variance is added as in Chan, Golub & LeVeque (1983).

    Raises:
        ValueError: no parts, or parts of different kinds.
    """
    dense = [part for part in parts if isinstance(part, DenseMoments)]
    counted = [part for part in parts if isinstance(part, SparseMoments)]
    if bool(dense) == bool(counted):
        raise ValueError("moments are merged over one or more shards of one kind")
    if counted:
        held: Ints = np.stack([part.document_frequency for part in counted]).sum(axis=0)
        return SparseMoments(count=sum(part.count for part in counted), document_frequency=held)
    return _merge_dense(dense)


def to_arrays(moments: Moments) -> dict[str, npt.NDArray[Any]]:
    """Give the statistics as plain arrays, for storage."""
    count = np.array(moments.count, dtype=np.int64)
    match moments:
        case SparseMoments(document_frequency=held):
            return {"count": count, "document_frequency": held}
        case DenseMoments(mean=mean, variance=variance):
            return {"count": count, "mean": mean, "variance": variance}


def from_arrays(arrays: Mapping[str, npt.NDArray[Any]]) -> Moments:
    """Read the statistics back from what `to_arrays` gave."""
    count = int(arrays["count"])
    if "document_frequency" in arrays:
        held = np.asarray(arrays["document_frequency"], dtype=np.int64)
        return SparseMoments(count=count, document_frequency=held)
    return DenseMoments(count=count, mean=arrays["mean"], variance=arrays["variance"])


def _two_pass(block: Dense) -> DenseMoments:
    rows = np.array(block, dtype=np.float64)
    mean = rows.mean(axis=0)
    rows -= mean  # in place, here and below: fresh memory costs more than the arithmetic
    # The mean of the deviations is what rounding left of it: zero in exact arithmetic.
    left = rows.mean(axis=0)
    variance = np.square(rows, out=rows).mean(axis=0) - left**2
    return DenseMoments(count=len(rows), mean=mean, variance=np.maximum(variance, 0.0))


def _merge_dense(parts: Sequence[DenseMoments]) -> DenseMoments:
    count = sum(part.count for part in parts)
    shares = np.array([part.count / max(count, 1) for part in parts])
    means = np.stack([part.mean for part in parts])
    mean = means[0] + shares @ (means - means[0])
    within = shares @ np.stack([part.variance for part in parts])
    between = shares @ np.square(means - mean)
    return DenseMoments(count=count, mean=mean, variance=within + between)
