"""Items most like one of them: one pass over the pool, for a request that waits."""

from typing import Any

import numpy as np
import numpy.typing as npt

from service.runtime import Runtime
from service.store import masks, projects, shards
from service.store.masks import InState
from service.store.tables.pool import Shard
from workers.learning import likeness
from workers.learning.arrays import Floats, Ints
from workers.learning.scaling import SparseMoments, weighted_idf
from workers.pool import features, measured
from workers.pool import shards as shard_files

_ROWS_AT_ONCE = 4_096


def find(runtime: Runtime, question: dict[str, Any]) -> dict[str, Any]:
    """Answer which items in a state are nearest to one, as positions with their cosines.

    Raises:
        LookupError: the item, or its project, is gone.
    """
    with runtime.readers() as session:
        project = projects.find_live(session, question["project_id"])
        if project is None:
            raise LookupError("the project was deleted")
        there = shards.list_for(session, project.id)
        wanted = masks.in_state(session, project, question["state"], now=runtime.now())
    marked = np.sort(np.array(wanted.positions, dtype=np.int64))
    own: int = question["near"]
    one = features.take(runtime.blobs, there, np.array([own]))
    moments = measured.read(runtime.blobs, there)
    idf = weighted_idf(moments) if isinstance(moments, SparseMoments) else None
    best = _Best(question["limit"])
    for shard in there:
        if not measured.read(runtime.blobs, [shard]).count:
            continue  # its positions are nobody's
        allowed = _allowed(shard, marked, wanted)
        if shard.first_position <= own < shard.first_position + shard.rows:
            allowed[own - shard.first_position] = False
        matrix = shard_files.open_shard(runtime.blobs.path(shard.features))
        for first, block in shard_files.blocks(matrix, _ROWS_AT_ONCE):
            here = np.flatnonzero(allowed[first : first + block.shape[0]])
            if len(here):
                cosines = likeness.cosines(block, one, idf=idf)[here]
                best.take(shard.first_position + first + here, cosines)
    return {"near": list(zip(best.positions.tolist(), best.cosines.tolist(), strict=True))}


def _allowed(shard: Shard, marked: Ints, wanted: InState) -> npt.NDArray[np.bool_]:
    allowed = np.full(shard.rows, not wanted.are_in)
    first, end = np.searchsorted(marked, [shard.first_position, shard.first_position + shard.rows])
    allowed[marked[first:end] - shard.first_position] = wanted.are_in
    return allowed


class _Best:
    """The best of what was seen so far, best first; equal ones in order of registration."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.positions: Ints = np.zeros(0, dtype=np.int64)
        self.cosines: Floats = np.zeros(0)

    def take(self, positions: Ints, cosines: Floats) -> None:
        """See some more."""
        if len(self.cosines) == self._most:
            better = cosines > self.cosines[-1]  # equal ones came earlier
            positions, cosines = positions[better], cosines[better]
        positions = np.concatenate([self.positions, positions])
        cosines = np.concatenate([self.cosines, cosines])
        order = np.lexsort((positions, -cosines))[: self._most]
        self.positions, self.cosines = positions[order], cosines[order]
