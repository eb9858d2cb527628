"""Lengths of the rows of shards, as versions ask for them; those of the last few shards are kept.

They change with the pool, and not with labels: from one ranking to the next, finding them would
take as long as the scores.
"""

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from workers.learning.arrays import Dense, is_sparse
from workers.learning.scaling import Kind, Narrow, Scaling, norms, tfidf_lengths
from workers.learning.versions import Fitted, Linear
from workers.pool import shards

MOST_SHARDS = 128
"""Of which lengths are kept: 64 MB."""
_ROWS_AT_ONCE = 8_192


@dataclass(frozen=True, kw_only=True)
class _Rarity:
    """The idf of a pool, squared: the same one where the digest is."""

    digest: bytes
    squared: Narrow = field(compare=False, repr=False)


def known(path: Path, fitted: Fitted) -> Dense | None:
    """Lengths of all rows of a shard, [n]; None for versions that do not ask for them."""
    if not isinstance(fitted, Linear):
        return None
    if fitted.scaling.idf is not None:
        return _of(path, _rarity(fitted.scaling))
    return _of(path, None) if fitted.scaling.kind is Kind.UNIT else None


@lru_cache(maxsize=4)
def _rarity(scaling: Scaling) -> _Rarity:
    idf = np.asarray(scaling.idf)
    return _Rarity(
        digest=hashlib.sha256(idf.tobytes()).digest(), squared=(idf**2).astype(np.float32)
    )


@lru_cache(maxsize=MOST_SHARDS)
def _of(path: Path, rarity: _Rarity | None) -> Dense:
    """As tf-idf, float32[n]; of dense rows as they are, float64[n]."""
    found: list[Dense] = [np.zeros(0, np.float32)]
    for _, block in shards.blocks(shards.open_shard(path), _ROWS_AT_ONCE):
        if rarity is not None and is_sparse(block):
            found.append(tfidf_lengths(block, rarity.squared))
        else:
            found.append(norms(np.asarray(block)))
    return np.concatenate(found)
