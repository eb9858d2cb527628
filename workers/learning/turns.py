"""Items drawn from clusters: of suspicious ones, and of those that were least looked into."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from workers.learning.arrays import Flags, Floats, Ints

Numbers: TypeAlias = npt.NDArray[np.integer[Any]]

MOST_SUSPECTS = 2
"""Suspicious clusters that are looked into at a time: a few, so that each is soon told."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawn:
    """Items in the order that they were drawn."""

    rows: Ints
    """int64[n], of those given."""
    clusters: Ints
    """int64[n]."""
    probabilities: Floats
    """Of each to be drawn from its cluster, given what was drawn from it before, float64[n]."""
    is_suspect: Flags
    """Whether its cluster was chosen for what was found there, bool[n]."""


def draw(
    rows: Ints,
    clusters: Numbers,
    suspects: Sequence[int],
    *,
    looked: Floats,
    sizes: Floats,
    count: int,
    rng: np.random.Generator,
) -> Drawn:
    """Draw up to `count` items: in turns one of a suspicious cluster, and one of any.

    Of any means of the one with the least (looked + 1) / size, the lower number first; each draw
    counts as a look. Chance decides whose turn is first, since often only a few are taken. Within
    its cluster an item is drawn uniformly, without replacement: whatever the clusters were chosen
    for, how often items drawn from one are wrong is how often it is wrong.

    Args:
        rows: what may be drawn, int64[m].
        clusters: of each of them, whole numbers [m]: of two bytes each they are sorted ten times as
            quickly as of eight.
        suspects: suspicious clusters, the most suspicious first.
        looked: looks into each cluster before, float64[C].
        sizes: float64[C], above 0 where there are rows.
    """
    left = _Left(rows, clusters, looked=looked, sizes=sizes)
    drawn: list[tuple[int, int, float, bool]] = []
    turn, given = int(rng.integers(2)), dict.fromkeys(suspects, 0)
    while len(drawn) < count and (least := left.least()) is not None:
        wanted = [each for each in suspects if left.counts[each]][:MOST_SUSPECTS]
        is_suspect = bool(wanted) and (len(drawn) + turn) % 2 == 0
        cluster = min(wanted, key=lambda each: given[each]) if is_suspect else least
        if is_suspect:
            given[cluster] += 1
        row, probability = left.take(cluster, rng)
        drawn.append((row, cluster, probability, is_suspect))
    columns = list(zip(*drawn, strict=True)) or [(), (), (), ()]
    return Drawn(
        rows=np.array(columns[0], dtype=np.int64),
        clusters=np.array(columns[1], dtype=np.int64),
        probabilities=np.array(columns[2], dtype=np.float64),
        is_suspect=np.array(columns[3], dtype=bool),
    )


class _Left:
    """What was not drawn yet."""

    def __init__(self, rows: Ints, clusters: Numbers, *, looked: Floats, sizes: Floats) -> None:
        self._rows = rows[np.argsort(clusters, kind="stable")]
        self.counts = np.bincount(clusters, minlength=len(sizes))
        self._first = np.cumsum(self.counts) - self.counts
        self._looked, self._sizes = looked.copy(), sizes
        self._heap = [self._entry(each) for each in np.flatnonzero(self.counts).tolist()]
        heapq.heapify(self._heap)

    def least(self) -> int | None:
        """The cluster that was least looked into, of those that have anything left."""
        while self._heap:
            key, cluster = self._heap[0]
            if not self.counts[cluster]:
                heapq.heappop(self._heap)
            elif (now := self._entry(cluster)) != (key, cluster):  # drawn from as a suspect
                heapq.heapreplace(self._heap, now)
            else:
                return cluster
        return None

    def take(self, cluster: int, rng: np.random.Generator) -> tuple[int, float]:
        """Draw an item of a cluster; answer it and its probability."""
        count, first = int(self.counts[cluster]), int(self._first[cluster])
        at = first + int(rng.integers(count))
        row = int(self._rows[at])
        self._rows[at] = self._rows[first + count - 1]
        self.counts[cluster] -= 1
        self._looked[cluster] += 1
        return row, 1.0 / count

    def _entry(self, cluster: int) -> tuple[float, int]:
        return (float((self._looked[cluster] + 1) / self._sizes[cluster]), cluster)
