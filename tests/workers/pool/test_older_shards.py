"""Shards of texts that an earlier release wrote hold how often a text has a term."""

from pathlib import Path

import numpy as np
from scipy import sparse

from workers.pool import shards


def test_a_shard_that_was_written_with_counts_is_read_as_what_they_weigh(tmp_path: Path) -> None:
    path = tmp_path / "shard"
    data = shards.encode(sparse.csr_matrix(np.array([[1.0, 0.0], [4.0, 2.0]])))
    path.write_bytes(data.replace(b"csr/2.0\n", b"csr/1.0\n", 1))

    opened = shards.open_shard(path)

    weights = [[1.0, 0.0], [1 + np.log(4), 1 + np.log(2)]]
    np.testing.assert_allclose(opened.toarray(), weights, rtol=1e-6)
    assert opened.dtype == np.float32
