"""Weights of a network in the safetensors format."""

import json
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float32]
Weights: TypeAlias = Mapping[str, Array]

_LENGTH = 8
"""Bytes that say how long the header is."""


def read(data: bytes) -> Weights:
    """Give the float32 arrays of a file by name; those of other types are left out.

    Raises:
        ValueError: the bytes are cut short, or no such file.
    """
    begins = _LENGTH + int.from_bytes(data[:_LENGTH], "little")
    if begins > len(data):
        raise ValueError("the weights are cut short")
    header = json.loads(data[_LENGTH:begins])
    return {
        name: _array(data, begins, told)
        for name, told in header.items()
        if name != "__metadata__" and told["dtype"] == "F32"
    }


def _array(data: bytes, begins: int, told: Mapping[str, list[int]]) -> Array:
    first, end = told["data_offsets"]
    count = (end - first) // np.dtype("<f4").itemsize
    return np.frombuffer(data, "<f4", count, begins + first).reshape(told["shape"])
