"""Labels of several people into one an item, with the say of versions without that item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from service.runtime import Runtime
from service.store.tables.pool import Project, Shard
from service.store.training import Row
from workers import gate
from workers.learning import consensus, heldout, specs, votes
from workers.learning.arrays import Ints
from workers.pool import features, measured
from workers.pool import heldout as files
from workers.pool.heldout import HeldOut

_CHANCE = 4


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """Items to train on int64[n] ascending, their labels int64[n]."""

    positions: Ints
    labels: Ints
    held_out: str | None = None
    """Digest of what versions without each item say of it, where several may label an item."""


def settle(
    runtime: Runtime,
    project: Project,
    shards: Sequence[Shard],
    rows: Sequence[Row],
    *,
    estimator: Mapping[str, Any],
) -> Agreed:
    """Find what to train on; versions have a say where several people may label an item.

    Args:
        rows: labels, of which those of items without features wait for the next cycle.
        estimator: by which versions without an item are made, as on the wire.
    """
    found = gate.resolved(rows, below=project.encoded)
    agreed = Agreed(positions=found.items, labels=found.labels)
    if project.labels_per_item == 1 or len(np.unique(found.labels)) < 2:
        return agreed
    held = held_out(runtime, project, shards, agreed, estimator=estimator)
    if held is None:
        return agreed
    there = [row for row in rows if row[0] < project.encoded]
    named = votes.of_rows(there, classes=len(project.classes))
    return Agreed(
        positions=found.items,
        labels=consensus.with_version(found, named, held.proba).labels,
        held_out=runtime.blobs.put(files.pack(held)),
    )


def held_out(
    runtime: Runtime,
    project: Project,
    shards: Sequence[Shard],
    agreed: Agreed,
    *,
    estimator: Mapping[str, Any],
) -> HeldOut | None:
    """What versions without each item say of it; none where labels are too few to hold any out."""
    proba = heldout.probabilities(
        specs.of(estimator),
        features.take(runtime.blobs, shards, agreed.positions),
        agreed.labels,
        classes=len(project.classes),
        moments=measured.read(runtime.blobs, shards),
        rng=np.random.default_rng([project.seed, project.version_count, _CHANCE]),
    )
    return None if proba is None else HeldOut(positions=agreed.positions, proba=proba)
