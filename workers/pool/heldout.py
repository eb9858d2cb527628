"""What held-out versions say of labelled items, as a blob."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from workers.learning.arrays import Floats, Ints


class Store(Protocol):
    """Where blobs are kept."""

    def path(self, digest: str) -> Path:
        """A local file with the bytes of this digest."""


@dataclass(frozen=True, kw_only=True, eq=False)
class HeldOut:
    """Positions int64[n] ascending, and probabilities float64[n, K] of versions without them."""

    positions: Ints
    proba: Floats


def pack(held: HeldOut) -> bytes:
    """Write them as bytes; probabilities are kept as float32."""
    out = io.BytesIO()
    proba = held.proba.astype(np.float32)
    np.savez(out, allow_pickle=False, positions=held.positions, proba=proba)
    return out.getvalue()


def read(store: Store, digest: str) -> HeldOut:
    """Read what `pack` wrote."""
    with np.load(store.path(digest), allow_pickle=False) as arrays:
        return HeldOut(positions=arrays["positions"], proba=arrays["proba"].astype(np.float64))
