"""Predicted classes of items, from the blobs that scoring left."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

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
        path, rows = store.path(shard.predictions), here - shard.first_position
        labels = np.memmap(path, dtype="<u2", mode="r", shape=(shard.rows,))[rows]
        known = labels != UNSAID
        shape = (shard.rows, classes)
        proba = np.memmap(path, dtype="<f2", mode="r", offset=2 * shard.rows, shape=shape)
        chosen = labels[known].astype(np.int64)
        parts.append((here[known], chosen, proba[rows[known], chosen].astype(np.float64)))
    if not parts:
        none = np.zeros(0, np.int64)
        return Said(positions=none, labels=none, confidences=np.zeros(0))
    found, labels, confidences = (np.concatenate(each) for each in zip(*parts, strict=True))
    return Said(positions=found, labels=labels, confidences=confidences)
