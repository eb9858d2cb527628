"""Vectors as they are stored with items, into feature rows."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

BYTES_PER_NUMBER = 4


def decode(rows: Sequence[bytes], dimensions: int) -> npt.NDArray[np.float32]:
    """Read little-endian float32 vectors: float32[n, dimensions], one row each.

    Raises:
        ValueError: a row has another length; the message names the first such row.
    """
    for number, row in enumerate(rows):
        if len(row) != dimensions * BYTES_PER_NUMBER:
            raise ValueError(
                f"row {number} holds {len(row)} bytes; "
                f"{dimensions} float32 numbers are {dimensions * BYTES_PER_NUMBER}"
            )
    numbers = np.frombuffer(b"".join(rows), dtype="<f4")
    return numbers.astype(np.float32).reshape(len(rows), dimensions)
