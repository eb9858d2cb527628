"""Lengths of the rows of shards, as versions ask for them; those of the last few shards are kept.

They change with the pool, and not with labels: from one ranking to the next, finding them would
take as long as the scores.
"""

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from workers.learning import scaling as scalings
from workers.learning.arrays import Dense
from workers.learning.scaling import Kind, Scaling
from workers.learning.versions import Fitted, Linear
from workers.pool import shards

MOST_SHARDS = 128
"""Of which lengths are kept: 64 MB."""
_ROWS_AT_ONCE = 8_192


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """A scaling, which is the same to these lengths where its kind and its idf are."""

    kind: Kind
    digest: bytes
    """Of the idf of texts."""
    scaling: Scaling = field(compare=False, repr=False)


def known(path: Path, fitted: Fitted) -> Dense | None:
    """Lengths of all rows of a shard, [n]; None for versions that do not ask for them."""
    return _of(path, _asked(fitted.scaling)) if isinstance(fitted, Linear) else None


@lru_cache(maxsize=4)
def _asked(scaling: Scaling) -> _Asked:
    idf = b"" if scaling.idf is None else scaling.idf.tobytes()
    return _Asked(kind=scaling.kind, digest=hashlib.sha256(idf).digest(), scaling=scaling)


@lru_cache(maxsize=MOST_SHARDS)
def _of(path: Path, asked: _Asked) -> Dense | None:
    parts: list[Dense] = []
    for _, block in shards.blocks(shards.open_shard(path), _ROWS_AT_ONCE):
        lengths = scalings.lengths(asked.scaling, block)
        if lengths is None:
            return None
        parts.append(lengths)
    return np.concatenate(parts) if parts else None
