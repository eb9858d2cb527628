"""What held-out versions say of labelled items: kept as a blob, put beside their labels."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from workers.learning import votes
from workers.learning.arrays import Floats, Ints
from workers.learning.votes import Named


class Store(Protocol):
    """Where blobs are kept."""

    def path(self, digest: str) -> Path:
        """A local file with the bytes of this digest."""


@dataclass(frozen=True, kw_only=True, eq=False)
class HeldOut:
    """Positions int64[n] ascending, and probabilities float64[n, K] of versions without them."""

    positions: Ints
    proba: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Judged:
    """Labels of items that versions were made without, and what these say of each."""

    named: Named
    proba: Floats
    """Of the items of `named`, float64[items, K]."""


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


def beside(
    held: HeldOut, rows: Sequence[tuple[int, int, int, str]], *, classes: int
) -> Judged | None:
    """Put both beside each other, for items that have both; none if no item has.

    Of classes that came after the versions these said nothing: their probability is 0.

    Args:
        rows: labels as position, class, number and annotator.
        classes: how many there are today.
    """
    seen = set(held.positions.tolist())
    named = votes.of_rows([row for row in rows if row[0] in seen], classes=classes)
    if not len(named.positions):
        return None
    proba = np.pad(held.proba, ((0, 0), (0, classes - held.proba.shape[1])))
    return Judged(named=named, proba=proba[np.searchsorted(held.positions, named.positions)])
