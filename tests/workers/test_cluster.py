"""Clusters of a pool: made behind its ranking, extended as it grows, made anew as it outgrows."""

from typing import Any

import numpy as np
import pytest

from service.domain.runs import RunKind, Stage
from service.store import clusterings, shards
from service.store.tables.coverage import Clustering, Covering
from tests.workers.conftest import Pool
from workers.learning.coverage import NOWHERE, Assigned
from workers.pool import clusterings as files

SHARES = {"batch": {"audit_share": 0.0, "coverage_share": 0.2}}


def clusters_of(pool: Pool) -> tuple[Clustering, Assigned]:
    """The clustering, and the cluster of each position."""
    project = pool.row()
    with pool.runtime.readers() as session:
        clustering = clusterings.find(session, project.id)
        there = shards.list_for(session, project.id)
    assert clustering is not None
    return clustering, files.of_pool(pool.runtime.blobs, there, clustering.number)


def test_a_pool_is_clustered_behind_its_first_ranking(pool: Pool) -> None:
    pool.make(**SHARES).add(200)

    done = pool.work()

    clustering, clusters = clusters_of(pool)
    assert done == [Stage.ENCODE, Stage.RANK, Stage.CLUSTER]
    assert (clustering.number, clustering.clusters, clustering.items) == (1, 32, 200)
    assert len(clusters) == 200
    assert set(clusters) <= set(range(32))
    angles = np.random.default_rng(0).normal(size=(200, 2))
    angles /= np.linalg.norm(angles, axis=1)[:, None]
    for cluster in set(clusters):
        mine = angles[clusters == cluster]
        assert (mine @ mine.T > 0.7).all()  # the plane in 32 directions


def test_new_items_get_clusters_and_old_ones_keep_theirs(pool: Pool) -> None:
    pool.make(**SHARES).add(200)
    pool.work()
    before = clusters_of(pool)[1]
    pool.add(50, seed=1)

    assert pool.work() == [Stage.ENCODE, Stage.RANK, Stage.CLUSTER]

    clustering, clusters = clusters_of(pool)
    assert clustering.number == 1
    assert np.array_equal(clusters[:200], before)
    assert len(clusters) == 250
    assert NOWHERE not in clusters


def test_a_pool_that_has_outgrown_its_centres_gets_new_ones(pool: Pool) -> None:
    pool.make(**SHARES).add(40)
    pool.work()
    pool.add(20, seed=1)

    pool.work()

    clustering, clusters = clusters_of(pool)
    assert (clustering.number, clustering.items) == (2, 60)
    assert NOWHERE not in clusters


def test_labels_and_new_rankings_ask_for_no_clusters(pool: Pool) -> None:
    pool.make(**SHARES, retrain={"min_labels": 20}).add(40)
    pool.work()
    pool.label(*range(20))

    assert pool.work() == [Stage.RETRAIN, Stage.SCORE, Stage.RANK]


@pytest.mark.parametrize(
    "more",
    [
        {"batch": {"coverage_share": 0.0}},
        {"input": {"type": "scores"}},
    ],
    ids=["no coverage", "no features"],
)
def test_clusters_are_made_only_where_they_are_of_use(pool: Pool, more: dict[str, Any]) -> None:
    pool.make(**more)
    items = [{"key": f"i{n}", "vector": [n, 1]} for n in range(20)]
    if "input" in more:
        items = [{"key": item["key"]} for item in items]
    pool.api.post(f"{pool.path}/items", {"items": items}, 201)

    assert Stage.CLUSTER not in pool.work()


def test_a_shard_that_grows_meanwhile_is_clustered_next(pool: Pool) -> None:
    pool.make(**SHARES).add(40)
    pool.work(until=Stage.CLUSTER)
    waiting = pool.queue.take()
    pool.add(5, seed=1)
    pool.work()  # ranks; the clusters are asked for already
    pool.queue.sent = waiting

    assert pool.work() == [Stage.CLUSTER]

    assert len(clusters_of(pool)[1]) == 45
    kinds = [run["kind"] for run in pool.api.get(f"{pool.path}/runs")["data"]]
    assert kinds.count(RunKind.CLUSTER) == 1


def test_texts_are_clustered(pool: Pool) -> None:
    pool.make(**SHARES, input={"type": "text"})
    kinds = ["the invoice is wrong", "app crashes after update", "delivery came too late"]
    items = [{"key": f"{n}", "text": f"{kinds[n % 3]} {n}"} for n in range(90)]
    pool.api.post(f"{pool.path}/items", {"items": items}, 201)

    pool.work()

    clusters = clusters_of(pool)[1].reshape(-1, 3)
    assert not set(clusters[:, 0]) & set(clusters[:, 1])


def test_positions_that_no_item_has_are_in_no_cluster(pool: Pool) -> None:
    pool.make(**SHARES).add(40)
    pool.work()
    pool.leave_gap(3)
    pool.add(5, seed=1)

    pool.work()

    clusters = clusters_of(pool)[1]
    assert np.flatnonzero(clusters == NOWHERE).tolist() == [40, 41, 42]
    assert not {40, 41, 42} & {row.position for row in pool.rows(Covering)}


def test_a_pool_of_nothing_is_not_clustered(pool: Pool) -> None:
    pool.make(**SHARES).leave_gap(3)
    with pool.runtime.sessions.begin() as session:
        run = clusterings.queue_if_due(session, pool.row(), at=pool.clock())
    assert run is not None
    pool.queue.start(run.stage, run.id)

    pool.work()

    assert pool.rows(Clustering) == []
    assert (pool.last_run()["kind"], pool.last_run()["state"]) == ("cluster", "done")
