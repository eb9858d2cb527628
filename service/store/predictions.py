"""Predictions of one shard as a blob that can be read at any row without numpy.

First the label of every row as uint16, then the probabilities of every row, one float16 for
each class, all little-endian. A row that nothing was said of has the label `UNSAID`.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.store.blobs import Blobs

UNSAID = 0xFFFF


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What a version says of one item."""

    label: int
    """Index into the version's classes: the estimator's own decision."""
    probabilities: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """What a version says of the rows from `first` on, by column."""

    first: int
    labels: Sequence[int]
    columns: Sequence[Sequence[float]]
    """The probabilities of each class."""


def read(blobs: Blobs, digest: str, *, rows: int, row: int, classes: int) -> Prediction | None:
    """Read one row of a predictions blob; none if nothing was said of it."""
    with blobs.open(digest) as file:
        file.seek(2 * row)
        (label,) = struct.unpack("<H", file.read(2))
        file.seek(2 * rows + 2 * classes * row)
        probabilities = struct.unpack(f"<{classes}e", file.read(2 * classes))
    return None if label == UNSAID else Prediction(label=label, probabilities=probabilities)


def walk(blobs: Blobs, digest: str, *, rows: int, classes: int, at_once: int) -> Iterator[Stretch]:
    """Read all of a predictions blob, some rows at a time."""
    with blobs.open(digest) as file:
        labels = struct.unpack(f"<{rows}H", file.read(2 * rows))
        for first in range(0, rows, at_once):
            count = min(at_once, rows - first)
            values = struct.unpack(f"<{count * classes}e", file.read(2 * count * classes))
            yield Stretch(
                first=first,
                labels=labels[first : first + count],
                columns=[values[column::classes] for column in range(classes)],
            )
