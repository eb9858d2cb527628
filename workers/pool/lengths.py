"""Lengths that the rows of text shards have as tf-idf; the last few shards' are kept at hand.

They change with the pool, and not with labels: from one ranking to the next they take as long as
the scores.
"""

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from workers.learning.arrays import is_sparse
from workers.learning.scaling import Narrow, Scaling, tfidf_lengths
from workers.learning.versions import Fitted, Linear
from workers.pool import shards

MOST_SHARDS = 128
"""Of which lengths are kept: 32 MB."""
_ROWS_AT_ONCE = 8_192


@dataclass(frozen=True, kw_only=True)
class _Rarity:
    """The idf of a pool, squared: the same one where the digest is."""

    digest: bytes
    squared: Narrow = field(compare=False, repr=False)


def known(path: Path, fitted: Fitted) -> Narrow | None:
    """Lengths of all rows of a shard, float32[n]; None for versions that do not ask for them."""
    if isinstance(fitted, Linear) and fitted.scaling.idf is not None:
        return _of(path, _rarity(fitted.scaling))
    return None


@lru_cache(maxsize=4)
def _rarity(scaling: Scaling) -> _Rarity:
    idf = np.asarray(scaling.idf)
    return _Rarity(
        digest=hashlib.sha256(idf.tobytes()).digest(), squared=(idf**2).astype(np.float32)
    )


@lru_cache(maxsize=MOST_SHARDS)
def _of(path: Path, rarity: _Rarity) -> Narrow:
    parts = [np.zeros(0, np.float32)]
    for _, block in shards.blocks(shards.open_shard(path), _ROWS_AT_ONCE):
        if is_sparse(block):
            parts.append(tfidf_lengths(block, rarity.squared))
    return np.concatenate(parts)
