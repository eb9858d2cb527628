"""Which rows say the same as others: by marks, which stand for keys, and by digests."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from workers.uploads.rows import Pairs

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Repeats:
    """Rows whose key another one has: to be left out, or to be refused."""

    same: Numbers
    """With the same content."""
    other: Numbers
    """With other content."""


def within(marks: Pairs, digests: Pairs) -> Repeats:
    """Rows whose key an earlier row has; 128 bits of a keyed hash are as good as the key."""
    rows = _shared(marks["high"])
    order = rows[np.lexsort((rows, marks["low"][rows], marks["high"][rows]))]
    is_first = np.ones(len(order), bool)
    is_first[1:] = marks[order[1:]] != marks[order[:-1]]
    firsts = order[np.maximum.accumulate(np.where(is_first, np.arange(len(order)), 0))]
    return _told(order[~is_first], digests[order[~is_first]] == digests[firsts[~is_first]])


def against(
    marks: Pairs, digests: Pairs, order: Numbers, there: Pairs, there_digests: Pairs
) -> Repeats:
    """Rows whose key is among others (there, in any order); `order` sorts `marks` by `high`."""
    high = marks["high"]
    starts = np.searchsorted(high, there["high"], side="left", sorter=order)
    ends = np.searchsorted(high, there["high"], side="right", sorter=order)
    rows, match = [np.zeros(0, np.int64)], [np.zeros(0, bool)]
    for number in np.flatnonzero(ends > starts):
        found = order[starts[number] : ends[number]]
        found = found[marks[found] == there[number]]
        rows.append(found)
        match.append(digests[found] == there_digests[number])
    return _told(np.concatenate(rows), np.concatenate(match))


def _shared(values: npt.NDArray[np.uint64]) -> Numbers:
    """Rows whose value is not the only one of its kind."""
    ordered = np.sort(values)
    repeated = ordered[1:][ordered[1:] == ordered[:-1]]
    if len(repeated) == 0:
        return np.zeros(0, np.int64)
    return np.flatnonzero(np.isin(values, np.unique(repeated))).astype(np.int64)


def _told(rows: Numbers, is_same: npt.NDArray[np.bool_]) -> Repeats:
    return Repeats(same=np.sort(rows[is_same]), other=np.sort(rows[~is_same]))
