"""An export of predictions goes on with the ranking that it began with."""

import os
from datetime import timedelta

from service.store.tables.pool import Shard
from tests.workers.conftest import Pool
from workers import sweep

ROWS = 64


def test_an_export_outlives_its_ranking_and_what_is_pruned_then(pool: Pool) -> None:
    pool.configure(shard_rows=ROWS)
    pool.make(retrain={"min_labels": 20}, estimator="logistic")
    for number in range(3):
        pool.add(ROWS, seed=number)
        pool.work()
    pool.label(*range(20))
    pool.work()
    long_ago = (pool.clock() - timedelta(hours=3)).timestamp()
    for blob in (pool.runtime.settings.data_path / "blobs").rglob("*"):
        os.utime(blob, (long_ago, long_ago))
    headers = {"Authorization": f"Bearer {pool.api.key}", "Accept": "application/x-ndjson"}
    export = pool.api.client.get(f"/v1{pool.path}/predictions", headers=headers, buffered=False)
    chunks = iter(export.response)
    first = next(chunks)
    before, shards = pool.row().ranking_id, len(pool.rows(Shard))

    pool.label(*range(20, 45))
    pool.work()
    pool.clock.advance(15 * 60)
    sweep.prune(pool.runtime, pool.clock())
    rest = b"".join(chunks)

    assert shards == 3
    assert pool.row().ranking_id != before
    assert (first + rest).count(b"\n") == 3 * ROWS
