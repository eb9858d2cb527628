"""The best of many scores, exactly, with ties broken by a seeded hash of the item."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from workers.learning.arrays import Flags, Floats, Hashes, Ints

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
LOW_64_BITS = 2**64 - 1
# From this share of equal scores on it is quicker to sort by both keys than to mend.
MANY_TIED = 0.1


@dataclass(frozen=True, kw_only=True, eq=False)
class Ranked:
    """Items and their scores, best first: positions int64[n], scores float64[n]."""

    positions: Ints
    scores: Floats

    def at(self, places: Ints | Flags | slice) -> "Ranked":
        """Some of them, by their places or by whether each is wanted, with their scores."""
        return Ranked(positions=self.positions[places], scores=self.scores[places])


def hashes(seed: int, positions: Ints) -> Hashes:
    """Hash item positions with a seed of any size: uint64[n], distinct for distinct positions.

    SplitMix64 (Steele, Lea & Flood 2014), whose n-th output this is for a mixed seed. It does
    not depend on which other items are asked for.
    """
    start = _mixed(np.array([seed & LOW_64_BITS], dtype=np.uint64) + GOLDEN)
    steps = np.asarray(positions, dtype=np.int64).astype(np.uint64) + np.uint64(1)
    return _mixed(start + steps * GOLDEN)


def draws(seed: int, positions: Ints) -> Floats:
    """Give each item its own uniform number in [0, 1): float64[n], 53 random bits."""
    return (hashes(seed, positions) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def top(scores: Floats, ties: Hashes, count: int) -> Ints:
    """Give the indices of the highest scores, best first: int64[min(count, n)].

    Equal scores go by the smaller `ties` (uint64[n]), then by index: exactly the head of a full
    sort, in O(n). Rows that must not come out are left out by the caller, or come last with a
    score of minus infinity.

    Raises:
        ValueError: a score is not a number.
    """
    if np.isnan(scores).any():
        raise ValueError("a score is not a number")
    count = min(count, len(scores))
    if count <= 0:
        return np.zeros(0, dtype=np.int64)
    least_first = -scores
    below, tied = _split(least_first, count)
    filling = _lowest(ties[tied], count - len(below))
    chosen = np.sort(np.concatenate([below, tied[filling]]))
    order = np.lexsort((ties[chosen], least_first[chosen]))
    return chosen[order].astype(np.int64)


def order(scores: Floats, ties: Hashes) -> Ints:
    """Give the indices of all scores, best first; equal ones by the smaller `ties`, then index.

    Raises:
        ValueError: a score is not a number.
    """
    least_first = np.subtract(0.0, scores)
    indices = np.argsort(least_first)
    in_order = least_first[indices]
    if len(scores) and np.isnan(in_order[-1]):  # they sort to the end
        raise ValueError("a score is not a number")
    is_tied = np.zeros(len(scores), dtype=bool)
    is_tied[1:] = in_order[1:] == in_order[:-1]
    is_tied[:-1] |= is_tied[1:]
    if is_tied.sum() > MANY_TIED * len(scores):
        return np.lexsort((ties, least_first)).astype(np.int64)
    tied = indices[is_tied]
    indices[is_tied] = tied[np.lexsort((tied, ties[tied], in_order[is_tied]))]
    return indices.astype(np.int64)


def joined(parts: Sequence[Ranked]) -> Ranked:
    """One part behind the other, as they are."""
    return Ranked(
        positions=np.concatenate([np.zeros(0, np.int64), *(part.positions for part in parts)]),
        scores=np.concatenate([np.zeros(0), *(part.scores for part in parts)]),
    )


def ranked(positions: Ints, scores: Floats, ties: Hashes) -> Ranked:
    """Order items by their scores, all of them, as `order` does."""
    return Ranked(positions=positions, scores=scores).at(order(scores, ties))


def merge(parts: Sequence[Ranked], *, seed: int, count: int) -> tuple[Ranked, Ints]:
    """Merge the tops of disjoint shards into the top of all; say which part each item is of.

    Exact if every part holds its shard's first `count` (or all) items under the same seed. The
    second answer is int64[n], indices into `parts`.
    """
    every = joined(parts)
    part_of: Ints = np.repeat(np.arange(len(parts)), [len(part.positions) for part in parts])
    order = top(every.scores, hashes(seed, every.positions), count)
    return every.at(order), part_of[order]


def _mixed(state: Hashes) -> Hashes:
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def _split(keys: npt.NDArray[Any], count: int) -> tuple[npt.NDArray[np.intp], ...]:
    """Give the indices of keys that are surely among the lowest, and of those at the cut."""
    cut = np.partition(keys, count - 1)[count - 1]
    return np.flatnonzero(keys < cut), np.flatnonzero(keys == cut)


def _lowest(keys: Hashes, count: int) -> npt.NDArray[np.intp]:
    """Give the indices of the lowest keys, in no order; equal ones by index. Count is above 0."""
    below, tied = _split(keys, count)
    return np.concatenate([below, tied[: count - len(below)]])
