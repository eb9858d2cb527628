"""Rows of items come from the shards that hold them, all that are asked for or some at random."""

from pathlib import Path

import numpy as np
import pytest

from service.store.blobs import LocalBlobs
from workers.pool import features, shards


class Stretch:
    """A shard's place in the pool."""

    def __init__(self, first_position: int, rows: int, digest: str) -> None:
        self.first_position, self.rows, self.features = first_position, rows, digest


@pytest.fixture
def pool(tmp_path: Path) -> tuple[LocalBlobs, list[Stretch]]:
    """Twelve shards of ten rows, each row its own position."""
    blobs = LocalBlobs(tmp_path)
    rows = np.arange(120, dtype=np.float32)[:, None]
    stretches = [
        Stretch(first, 10, blobs.put(shards.encode(rows[first : first + 10])))
        for first in range(0, 120, 10)
    ]
    return blobs, stretches


def test_rows_drawn_are_of_the_pool_each_once_and_in_order(pool: tuple) -> None:
    rng = np.random.default_rng(0)

    drawn = np.asarray(features.draw(*pool, 30, rng))[:, 0]

    assert len(drawn) == 30
    assert (np.diff(drawn) > 0).all()


def test_of_many_shards_only_some_are_read(pool: tuple) -> None:
    drawn = np.asarray(features.draw(*pool, 1_000, np.random.default_rng(0)))[:, 0]

    assert len(drawn) == 10 * features.MOST_SHARDS
    assert len(np.unique(drawn // 10)) == features.MOST_SHARDS


def test_every_row_is_as_likely_as_any_other(pool: tuple) -> None:
    counts = np.zeros(120)

    for seed in range(400):
        drawn = np.asarray(features.draw(*pool, 20, np.random.default_rng(seed)))[:, 0]
        counts[drawn.astype(int)] += 1

    assert counts.sum() == 8_000
    assert counts.min() > 35
    assert counts.max() < 105


def test_of_no_shards_nothing_can_be_drawn(pool: tuple) -> None:
    with pytest.raises(LookupError):
        features.draw(pool[0], [], 10, np.random.default_rng(0))
