"""Raw items into feature shards."""

from math import log
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import select

from service.domain.runs import Stage
from service.runtime import Runtime
from service.store.tables.pool import Shard
from tests.api import Api
from tests.fakes import RecordingQueue
from tests.workers.conftest import Pool
from tests.workers.loop import work_off
from workers.pool import shards


def test_items_become_shards_and_the_last_one_is_rewritten_until_it_is_full(pool: Pool) -> None:
    pool.configure(shard_rows=7)
    pool.make().add(5)
    pool.work()

    pool.add(12, seed=1)
    pool.work()

    found = sorted(pool.rows(Shard), key=lambda shard: shard.number)
    assert [(shard.first_position, shard.rows) for shard in found] == [(0, 7), (7, 7), (14, 3)]
    matrices = [shards.open_shard(pool.runtime.blobs.path(shard.features)) for shard in found]
    points = np.vstack(
        [
            np.random.default_rng(0).normal(size=(5, 2)),
            np.random.default_rng(1).normal(size=(12, 2)),
        ]
    )
    assert np.array_equal(np.vstack(matrices), points.astype(np.float32))
    assert pool.row().encoded == 17


def test_items_that_come_during_a_run_get_one_more(pool: Pool) -> None:
    pool.make().add(3)
    pool.add(3, seed=1)
    pool.add(3, seed=2)

    done = pool.work()

    assert done.count(Stage.ENCODE) == 1
    assert pool.row().encoded == 9


def test_labels_that_came_before_their_features_ask_for_a_retrain(pool: Pool) -> None:
    pool.make(retrain={"min_labels": 1}).add(20)
    pool.queue.take()
    pool.label(*range(10))
    retrain = pool.queue.take()
    with pool.runtime.sessions.begin() as session:
        assert session.scalar(select(Shard)) is None

    for stage, ids in retrain:
        pool.queue.start(stage, *ids)
    pool.work()
    runs = {run["kind"]: run for run in pool.api.get(f"{pool.path}/runs")["data"]}
    pool.queue.start(Stage.ENCODE, UUID(runs["encode"]["id"]))
    pool.work()

    assert runs["cycle"]["state"] == "held"
    assert pool.api.get(pool.path)["version"]["labels"] == 10


def test_texts_are_encoded_as_term_weights(
    api: Api, runtime: Runtime, queue: RecordingQueue
) -> None:
    project = api.make_project(input={"type": "text"})
    texts = [{"key": "a", "text": "red red apple"}, {"key": "b", "text": ""}]
    api.post(f"{project}/items", {"items": texts}, 201)

    work_off(runtime, queue)

    with runtime.readers() as session:
        shard = session.scalars(select(Shard)).one()
    weights = shards.open_shard(runtime.blobs.path(shard.features))
    assert sorted(weights[0].data.tolist()) == pytest.approx([1.0, 1.0, 1.0, 1 + log(2)])
    assert weights[1].nnz == 0
