"""Feature rows of items, from the shards that hold them."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from scipy import sparse

from service.store.blobs import Blobs
from workers.learning.arrays import Ints, Matrix, is_sparse
from workers.pool import shards

MOST_SHARDS = 8


class Stretch(Protocol):
    """A shard's place in the pool."""

    first_position: int
    rows: int
    features: str


def take(store: Blobs, stretches: Sequence[Stretch], positions: Ints) -> Matrix:
    """Rows of items, float32[n, d] or CSR, in the order of `positions` (ascending int64[n]).

    Raises:
        LookupError: a position is in no shard.
    """
    parts, found = [], 0
    for stretch in stretches:
        end = stretch.first_position + stretch.rows
        here = positions[(positions >= stretch.first_position) & (positions < end)]
        if len(here):
            matrix = shards.open_shard(store.path(stretch.features))
            parts.append(shards.take(matrix, here - stretch.first_position))
            found += len(here)
    if found < len(positions) or not parts:
        raise LookupError(f"{len(positions) - found} of {len(positions)} items are in no shard")
    if is_sparse(parts[0]):
        return sparse.vstack(parts, format="csr")
    return np.concatenate(parts)


def draw(
    store: Blobs, stretches: Sequence[Stretch], count: int, rng: np.random.Generator
) -> Matrix:
    """Rows drawn at random, at most `count`, float32[n, d] or CSR, in the order of the pool.

    Of a pool of many shards they are drawn from a few: each has to be fetched first.

    Raises:
        LookupError: there are no rows.
    """
    few = rng.permutation(len(stretches))[:MOST_SHARDS]
    places = [np.arange(each.rows) + each.first_position for each in (stretches[n] for n in few)]
    rows = np.concatenate(places) if places else np.zeros(0, np.int64)
    drawn = rng.choice(rows, min(count, len(rows)), replace=False)
    return take(store, stretches, np.sort(drawn))
