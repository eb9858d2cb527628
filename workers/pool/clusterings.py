"""Clusters of a pool as blobs: the centres, and the cluster of each row of each shard."""

import io
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from service.store.blobs import Blobs
from workers.learning import scaling
from workers.learning.coverage import NOWHERE, Assigned, Clusters
from workers.learning.scaling import Kind


class Clustered(Protocol):
    """A shard whose rows may have clusters."""

    first_position: int
    rows: int
    clusters: str | None
    clustering: int | None


def pack(clusters: Clusters) -> bytes:
    """Centres, and the space that they are in, as bytes."""
    arrays: dict[str, npt.NDArray[Any]] = {
        "centres": clusters.centres,
        "seed": np.array(clusters.seed),
        "kind": np.array(str(clusters.scaling.kind)),
        **scaling.to_arrays(clusters.scaling),
    }
    out = io.BytesIO()
    np.savez(out, allow_pickle=False, **arrays)
    return out.getvalue()


def read(store: Blobs, digest: str) -> Clusters:
    """Read what `pack` wrote."""
    with np.load(store.path(digest), allow_pickle=False) as arrays:
        return Clusters(
            scaling=scaling.from_arrays(Kind(str(arrays["kind"])), arrays),
            seed=int(arrays["seed"]),
            centres=arrays["centres"],
        )


def encode(assigned: Assigned) -> bytes:
    """Clusters of a shard's rows as bytes: little-endian uint16, a row each."""
    return assigned.astype("<u2").tobytes()


def of_pool(store: Blobs, shards: Sequence[Clustered], number: int) -> Assigned:
    """Cluster of each position of a pool by the clustering of this number: uint16[N].

    It is `NOWHERE` where there is no item, or none that was clustered yet.
    """
    end = shards[-1].first_position + shards[-1].rows if shards else 0
    clusters = np.full(end, NOWHERE, dtype=np.uint16)
    for shard in shards:
        if shard.clusters is not None and shard.clustering == number:
            rows = np.fromfile(store.path(shard.clusters), dtype="<u2")
            clusters[shard.first_position : shard.first_position + len(rows)] = rows
    return clusters
