"""Predictions of one shard as a blob that can be read at any row without numpy.

First the label of every row as uint16, then the probabilities of every row, one float16 for
each class, all little-endian.
"""

import struct
from dataclasses import dataclass

from service.store.blobs import Blobs


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """What a version says of one item."""

    label: int
    """Index into the version's classes: the estimator's own decision."""
    probabilities: tuple[float, ...]


def read(blobs: Blobs, digest: str, *, rows: int, row: int, classes: int) -> Prediction:
    """Read one row of a predictions blob."""
    with blobs.open(digest) as file:
        file.seek(2 * row)
        (label,) = struct.unpack("<H", file.read(2))
        file.seek(2 * rows + 2 * classes * row)
        probabilities = struct.unpack(f"<{classes}e", file.read(2 * classes))
    return Prediction(label=label, probabilities=probabilities)
