"""Orders as blobs: items and their scores, best first, and many merged into one without numpy."""

import heapq
import struct
from collections.abc import Collection, Iterator, Sequence

from service.domain.ties import tie
from service.store.blobs import Blobs

# One entry: position, score.
ENTRY = struct.Struct("<Id")

_AT_ONCE = 512

Entry = tuple[int, float]


def read(blobs: Blobs, digest: str, *, first: int, count: int) -> list[Entry]:
    """Read a stretch of one order; less where it ends."""
    with blobs.open(digest) as file:
        file.seek(first * ENTRY.size)
        data = file.read(count * ENTRY.size)
    return [(position, score) for position, score in ENTRY.iter_unpack(data)]


def merge(
    blobs: Blobs,
    digests: Sequence[str],
    *,
    taken: Sequence[int],
    count: int,
    seed: int,
    without: Collection[int] = (),
) -> tuple[list[Entry], list[int]]:
    """Go on merging orders behind what was taken of each; answer the next entries, and what is
    taken of each by then. Items `without` which it goes on are passed over.

    The higher score is first, equal ones go by the smaller `tie` of their items: entry by entry
    what one sort of all orders together would give.
    """
    streams = [
        _keyed(blobs, digest, first, source, seed)
        for source, (digest, first) in enumerate(zip(digests, taken, strict=True))
    ]
    after = list(taken)
    entries: list[Entry] = []
    for score, _, position, source in heapq.merge(*streams):
        after[source] += 1
        if position not in without:
            entries.append((position, -score))
        if len(entries) == count:
            break
    return entries, after


def _keyed(
    blobs: Blobs, digest: str, first: int, source: int, seed: int
) -> Iterator[tuple[float, int, int, int]]:
    while entries := read(blobs, digest, first=first, count=_AT_ONCE):
        for position, score in entries:
            yield -score, tie(seed, position), position, source
        first += len(entries)
