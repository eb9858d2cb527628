"""What a version says of the stop set, as a blob."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from workers.learning.arrays import Ints


class Store(Protocol):
    """Where blobs are kept."""

    def path(self, digest: str) -> Path:
        """A local file with the bytes of this digest."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Kept:
    """Positions int64[n] ascending, and classes int64[n]; `pool` is how many items there were
    when the positions were drawn."""

    positions: Ints
    said: Ints
    pool: int


def pack(kept: Kept) -> bytes:
    """Write it as bytes."""
    out = io.BytesIO()
    np.savez(
        out,
        allow_pickle=False,
        positions=kept.positions,
        said=kept.said.astype(np.uint16),
        pool=np.array(kept.pool),
    )
    return out.getvalue()


def read(store: Store, digest: str) -> Kept:
    """Read what `pack` wrote."""
    with np.load(store.path(digest), allow_pickle=False) as arrays:
        return Kept(
            positions=arrays["positions"],
            said=arrays["said"].astype(np.int64),
            pool=int(arrays["pool"]),
        )
