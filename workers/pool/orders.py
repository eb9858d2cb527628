"""Orders of shards as arrays: written when a shard is scored, their heads merged exactly."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from workers.learning import selection
from workers.learning.arrays import Floats, Ints
from workers.learning.selection import Ranked

# As in `service.store.orders`.
ENTRY = np.dtype([("position", "<u4"), ("score", "<f8")])

Entries: TypeAlias = npt.NDArray[np.void]


@dataclass(frozen=True, kw_only=True, eq=False)
class Head:
    """The best of many shards that may be offered, and how far down each shard that went."""

    ranked: Ranked
    taken: list[int]


def encode(ranked: Ranked) -> bytes:
    """Write an order, best first."""
    entries = np.empty(len(ranked.positions), dtype=ENTRY)
    entries["position"], entries["score"] = ranked.positions, ranked.scores
    return entries.tobytes()


def of_shard(first_position: int, scores: Floats, *, seed: int) -> Ranked:
    """Order a shard's rows by their scores, float64[rows]; ties by seeded hash."""
    positions: Ints = np.arange(first_position, first_position + len(scores), dtype=np.int64)
    return selection.ranked(positions, scores, selection.hashes(seed, positions))


def merged(
    paths: Sequence[Path],
    *,
    seed: int,
    count: int,
    free: Callable[[Ints], npt.NDArray[np.bool_]],
    taken: Sequence[int] | None = None,
) -> Head:
    """Merge the orders of disjoint shards into the next `count` items that are `free`.

    `free` is asked about positions, and answers which of them may be offered. The result is
    exactly that of one full sort of all scores, without what is not free, and without what was
    `taken` of each shard before.
    """
    starts = np.zeros(len(paths), np.int64) if taken is None else np.asarray(taken, np.int64)
    sources = [_open(path)[start:] for path, start in zip(paths, starts, strict=True)]
    total = sum(len(source) for source in sources)
    looked, wanted = 0, count + count // 8 + 100
    is_free = np.zeros(0, dtype=bool)
    while True:
        wanted = min(wanted, total)
        best, source_of = _top(sources, wanted, seed)
        is_free = np.concatenate([is_free, free(best.positions[looked:])])
        looked = wanted
        if is_free.sum() >= count or looked == total:
            break
        wanted *= 2
    chosen = np.flatnonzero(is_free)[:count]
    end = int(chosen[-1]) + 1 if len(chosen) and is_free.sum() > count else looked
    return Head(
        ranked=best.at(chosen),
        taken=(starts + np.bincount(source_of[:end], minlength=len(sources))).tolist(),
    )


def drawn(paths: Sequence[Path], count: int, rng: np.random.Generator) -> Ranked:
    """Draw items of disjoint shards with their scores, without replacement, in no order."""
    sources = [_open(path) for path in paths]
    ends = np.cumsum([len(source) for source in sources], dtype=np.int64)
    total = int(ends[-1]) if len(ends) else 0
    chosen = np.sort(rng.choice(total, min(count, total), replace=False))
    cuts = np.searchsorted(chosen, ends)
    parts = [
        source[part - (end - len(source))]
        for source, end, part in zip(
            sources, ends, np.split(chosen, cuts)[: len(ends)], strict=True
        )
    ]
    positions = np.concatenate([np.zeros(0, np.int64), *(part["position"] for part in parts)])
    return Ranked(
        positions=positions,
        scores=np.concatenate([np.zeros(0), *(part["score"] for part in parts)]),
    )


def _top(sources: Sequence[Entries], count: int, seed: int) -> tuple[Ranked, Ints]:
    """Take the best of all orders, and say which order each is from.

    Of each order only so much is read as could be among the best.
    """
    reach = np.minimum([len(each) for each in sources], max(256, 2 * count // max(1, len(sources))))
    while True:
        heads = [source[:length] for source, length in zip(sources, reach, strict=True)]
        scores = np.concatenate([np.zeros(0), *(head["score"] for head in heads)])
        cut = np.partition(scores, -count)[-count] if 0 < count <= len(scores) else -np.inf
        short = [
            at
            for at, (source, head) in enumerate(zip(sources, heads, strict=True))
            if len(head) < len(source) and head["score"][-1] >= cut
        ]
        if not short:
            break
        for at in short:
            reach[at] = min(4 * reach[at], len(sources[at]))
    parts = [Ranked(positions=head["position"], scores=head["score"]) for head in heads]
    return selection.merge(parts, seed=seed, count=count)


def _open(path: Path) -> Entries:
    if path.stat().st_size == 0:  # nothing to map
        return np.zeros(0, dtype=ENTRY)
    return np.memmap(path, dtype=ENTRY, mode="r")
