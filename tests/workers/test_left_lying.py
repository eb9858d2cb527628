"""What an outage has left lying is taken up again, by itself."""

from datetime import timedelta
from pathlib import Path

import pytest

from service.store.blobs import BlobStoreAway
from tests.workers.conftest import Pool
from workers import patience, sweep


def test_items_whose_encoding_failed_for_good_are_encoded_after_all(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool.make().add(5)
    pool.work()
    with monkeypatch.context() as broken:
        broken.setattr(type(pool.runtime.blobs), "put", away)
        pool.add(5, seed=1)
        for _ in range(10):
            pool.work()
            pool.clock.advance(70)
            sweep.sweep(pool.runtime)
    runs = pool.api.get(f"{pool.path}/runs")["data"]
    before = pool.row().encoded

    pool.clock.advance(sweep.PRUNE_EVERY.total_seconds())
    sweep.sweep(pool.runtime)
    pool.work()

    assert {run["kind"] for run in runs if run["state"] == "failed"} == {"encode"}
    assert (before, pool.row().encoded) == (5, 10)


def test_a_store_that_is_away_is_waited_for_longer_than_a_mishap(pool: Pool) -> None:
    chance = pool.runtime.chance
    mishap = patience.pause(chance, 3, ValueError())

    away_for = [patience.pause(chance, 3, error) for error in (OSError(), BlobStoreAway("s"))]

    assert mishap <= timedelta(seconds=4)
    assert min(away_for) >= timedelta(seconds=16)


def away(*_: object) -> Path:
    """What a store says that cannot be written to."""
    raise OSError(28, "No space left on device")
