"""What a version said of some items, as a blob: it is judged by labels that come later."""

import io
from pathlib import Path

import numpy as np

from workers.learning.reserve import Said


def encode(said: Said) -> bytes:
    """Positions, classes and confidences as bytes."""
    out = io.BytesIO()
    np.savez_compressed(
        out,
        allow_pickle=False,
        positions=said.positions.astype("<i8"),
        labels=said.labels.astype("<u2"),
        confidences=said.confidences.astype("<f2"),
    )
    return out.getvalue()


def read(path: Path) -> Said:
    """Read what `encode` wrote."""
    with np.load(path, allow_pickle=False) as arrays:
        return Said(
            positions=arrays["positions"].astype(np.int64),
            labels=arrays["labels"].astype(np.int64),
            confidences=arrays["confidences"].astype(np.float64),
        )
