"""Statistics of a pool's shards, as they were written beside them."""

import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np

from service.store.blobs import Blobs
from workers.learning.scaling import Moments
from workers.pool import moments


class Measured(Protocol):
    """A shard whose statistics are in the store."""

    @property
    def moments(self) -> str:
        """Digest of the statistics."""


def pack(measured: Moments) -> bytes:
    """Statistics of one shard as bytes."""
    out = io.BytesIO()
    np.savez(out, allow_pickle=False, **moments.to_arrays(measured))
    return out.getvalue()


def read(store: Blobs, shards: Sequence[Measured]) -> Moments:
    """Statistics of all shards together; those asked for last are kept at hand.

    Raises:
        ValueError: there are none.
    """
    return _merged(tuple(store.path(shard.moments) for shard in shards))


@lru_cache(maxsize=4)
def _merged(paths: tuple[Path, ...]) -> Moments:
    parts = []
    for path in paths:
        with np.load(path, allow_pickle=False) as arrays:
            parts.append(moments.from_arrays(dict(arrays)))
    return moments.merge(parts)
