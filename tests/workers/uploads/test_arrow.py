"""An Arrow stream is cut into parts that lie behind each other and cover it."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from service.domain.catalogue import InputType
from workers.uploads import arrow
from workers.uploads.rows import Wanted

WANTED = Wanted(input_type=InputType.VECTOR, dimensions=2, longest_text=100)


def stream(path: Path, batches: list[int]) -> Path:
    kind = pa.schema([("key", pa.string()), ("vector", pa.list_(pa.float32(), 2))])
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_stream(sink, kind) as writer:
        for rows in batches:
            keys = pa.array([f"k{row}" for row in range(rows)])
            flat = pa.array(np.zeros(2 * rows, np.float32))
            vectors = pa.FixedSizeListArray.from_arrays(flat, 2)
            writer.write_batch(pa.record_batch([keys, vectors], schema=kind))
    return path


@pytest.mark.parametrize("batches", [[10, 10, 10], [30], [1] * 30, [7, 23]])
def test_each_part_ends_where_the_next_begins(tmp_path: Path, batches: list[int]) -> None:
    path = stream(tmp_path / "upload", batches)

    cuts = arrow.cut(path, WANTED, rows=7, size=0)

    assert [cut.first_row for cut in cuts] == [0, 6, 12, 18, 24]
    assert sum(cut.rows for cut in cuts) == 30
    assert [cut.ends for cut in cuts[:-1]] == [cut.begins for cut in cuts[1:]]
    assert cuts[-1].ends == path.stat().st_size - len(arrow._END)
