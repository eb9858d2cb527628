"""Predicted classes of items, from the blobs that scoring left."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from service.store.blobs import Blobs
from workers.learning.arrays import Ints


class Judged(Protocol):
    """A scored shard's place in the pool."""

    first_position: int
    rows: int
    predictions: str | None


def classes(store: Blobs, judged: Sequence[Judged], positions: Ints) -> Ints:
    """Predicted classes of items, int64[n], positions in any order.

    Only the labels are read; see `service.store.predictions`.

    Raises:
        LookupError: a position is in no scored shard.
    """
    found: Ints = np.full(len(positions), -1, dtype=np.int64)
    for shard in judged:
        rows = positions - shard.first_position
        here = np.flatnonzero((rows >= 0) & (rows < shard.rows))
        if len(here) and shard.predictions is not None:
            path = store.path(shard.predictions)
            labels = np.memmap(path, dtype="<u2", mode="r", shape=(shard.rows,))
            found[here] = labels[rows[here]]
    if (found < 0).any():
        raise LookupError(f"{(found < 0).sum()} of {len(positions)} items are in no scored shard")
    return found
