"""Labelled items as three blobs, so that all who replay them see the same."""

from dataclasses import dataclass

import numpy as np

from service.store.blobs import Blobs
from workers.learning.arrays import Ints, Matrix
from workers.learning.scaling import Moments
from workers.pool import measured, shards

_LABEL = "<i8"


@dataclass(frozen=True, kw_only=True)
class Frozen:
    """Digests of the rows, of the class of each, and of the statistics of the pool."""

    features: str
    labels: str
    moments: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Labelled:
    """Raw rows float32[n, d] or CSR, their classes int64[n], statistics of the pool."""

    features: Matrix
    labels: Ints
    moments: Moments


def freeze(store: Blobs, labelled: Labelled) -> Frozen:
    """Keep labelled items."""
    return Frozen(
        features=store.put(shards.encode(labelled.features)),
        labels=store.put(labelled.labels.astype(_LABEL).tobytes()),
        moments=store.put(measured.pack(labelled.moments)),
    )


def read(store: Blobs, frozen: Frozen) -> Labelled:
    """Read them again; rows are mapped, not loaded."""
    labels = np.frombuffer(store.path(frozen.labels).read_bytes(), _LABEL)
    return Labelled(
        features=shards.open_shard(store.path(frozen.features)),
        labels=labels.astype(np.int64),
        moments=measured.read(store, [frozen]),
    )
