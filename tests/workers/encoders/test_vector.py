"""Vectors as bytes come back as the numbers that were sent."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.encoders import vector

NUMBERS = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(st.lists(st.lists(NUMBERS, min_size=3, max_size=3), max_size=20))
def test_numbers_come_back_exactly(rows: list[list[float]]) -> None:
    stored = [np.array(row, dtype="<f4").tobytes() for row in rows]

    decoded = vector.decode(stored, 3)

    assert decoded.dtype == np.float32
    assert decoded.shape == (len(rows), 3)
    assert decoded.tolist() == rows


def test_a_row_of_another_length_is_named() -> None:
    with pytest.raises(ValueError, match="row 1 holds 12 bytes; 2 float32 numbers are 8"):
        vector.decode([bytes(8), bytes(12)], 2)


def test_decoded_rows_can_be_written_to() -> None:
    decoded = vector.decode([bytes(8)], 2)

    decoded[0, 0] = 1

    assert decoded.tolist() == [[1, 0]]
