"""Rows of the pool that are drawn for a fit."""

from collections.abc import Sequence

import numpy as np

from service.runtime import Runtime
from service.store import masks
from service.store.tables.pool import Project, Shard
from workers.encoders import inputs
from workers.learning import presumed, shares
from workers.learning.arrays import Matrix
from workers.learning.presumed import Presumed
from workers.pool import features


def sample(runtime: Runtime, shards: Sequence[Shard], chance: Sequence[int]) -> Matrix:
    """Draw rows by which labels count for what they are near to."""
    rng = np.random.default_rng([*chance, shares.SAMPLE])
    return features.draw(runtime.blobs, shards, shares.SAMPLE, rng)


def unseen(
    runtime: Runtime, project: Project, shards: Sequence[Shard], chance: Sequence[int]
) -> Presumed | None:
    """Items outside the reserve that nobody has labelled, where a search takes some for others."""
    is_text = inputs.is_sparse(project)
    label = presumed.label_of(project.goal, project.classes, is_text=is_text)
    if label is None:
        return None
    rng = np.random.default_rng([*chance, presumed.COUNT])
    drawn = rng.permutation(project.encoded)[: 2 * presumed.COUNT]
    with runtime.readers() as session:
        free = masks.free_among(session, project, drawn.tolist())
    positions = np.sort([each for each in drawn.tolist() if each in free][: presumed.COUNT])
    if not len(positions):
        return None
    rows = features.take(runtime.blobs, shards, positions.astype(np.int64))
    return Presumed(rows=rows, label=label)
