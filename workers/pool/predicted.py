"""What versions predict of items, from the blobs that scoring left."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from service.store.blobs import Blobs
from service.store.predictions import UNSAID
from workers.learning.arrays import Floats, Ints
from workers.learning.reserve import Said


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


def said(store: Blobs, judged: Sequence[Judged], positions: Ints, *, classes: int) -> Said:
    """What was said of those items, of some (ascending int64[n]), that anything was said of.

    Items in no scored shard are left out, as are those that a client brought nothing for.

    Args:
        classes: how many the version has.
    """
    parts: list[tuple[Ints, Ints, Floats]] = []
    for shard in judged:
        end = shard.first_position + shard.rows
        here = positions[(positions >= shard.first_position) & (positions < end)]
        if not len(here) or shard.predictions is None:
            continue
        labels, proba = _mapped(store, shard, classes)
        rows = here - shard.first_position
        known = labels[rows] != UNSAID
        chosen: Ints = labels[rows[known]].astype(np.int64)
        parts.append((here[known], chosen, proba[rows[known], chosen].astype(np.float64)))
    if not parts:
        none = np.zeros(0, np.int64)
        return Said(positions=none, labels=none, confidences=np.zeros(0))
    found, chosen, confidences = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Said(positions=found, labels=chosen, confidences=confidences)


def probabilities(store: Blobs, shard: Judged, *, classes: int, of: int) -> Floats:
    """Probability of one class for each row of a shard, float64[rows]; nan where nothing was
    said of it."""
    labels, proba = _mapped(store, shard, classes)
    return np.where(labels == UNSAID, np.nan, proba[:, of].astype(np.float64))


def confidences(store: Blobs, shard: Judged, *, classes: int) -> Floats:
    """Probability of the likeliest class of each row of a shard, float64[rows].

    nan where nothing was said of it.
    """
    labels, proba = _mapped(store, shard, classes)
    return np.where(labels == UNSAID, np.nan, proba.max(axis=1).astype(np.float64))


def _mapped(
    store: Blobs, shard: Judged, classes: int
) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.float16]]:
    path, rows = store.path(shard.predictions or ""), shard.rows
    labels = np.memmap(path, dtype="<u2", mode="r", shape=(rows,))
    return labels, np.memmap(path, dtype="<f2", mode="r", shape=(rows, classes), offset=2 * rows)
