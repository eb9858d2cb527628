"""Clusters of a pool, and the order that coverage asks for."""

import numpy as np
import pytest
from scipy import sparse, stats

from workers.encoders import text
from workers.learning import coverage, scaling
from workers.learning.scaling import Kind, Scaling
from workers.pool import moments

UNIT = Scaling(kind=Kind.UNIT)


@pytest.mark.parametrize(
    ("items", "clusters"),
    [(1, 1), (31, 31), (32, 32), (102_400, 32), (1_000_000, 100), (26_214_400, 512), (10**9, 512)],
)
def test_a_pool_has_as_many_clusters_as_its_size_asks_for(items: int, clusters: int) -> None:
    assert coverage.cluster_count(items) == clusters


def test_directions_far_apart_are_clusters_of_their_own_whatever_their_length() -> None:
    rng = np.random.default_rng(0)
    corners = np.repeat(np.eye(40, dtype=np.float32), 50, axis=0)
    rows = (corners + rng.normal(0, 0.01, corners.shape)) * rng.uniform(0.1, 9, (2000, 1))

    clusters = coverage.clustered(rows.astype(np.float32), UNIT, items=160_000, seed=1)
    assigned = coverage.assign(clusters, rows.astype(np.float32)).reshape(40, 50)

    assert len(clusters.centres) == 40
    assert (assigned == assigned[:, :1]).all()
    assert len(set(assigned[:, 0])) >= 38  # mini-batches may end with two centres in one corner


def test_an_item_is_in_the_cluster_of_its_nearest_centre() -> None:
    rows = np.random.default_rng(0).normal(size=(9_000, 5)).astype(np.float32)
    clusters = coverage.clustered(rows[:2_000], UNIT, items=9_000, seed=3)
    unit = rows / np.linalg.norm(rows, axis=1)[:, None]

    distances = np.linalg.norm(unit[:, None] - clusters.centres[None], axis=2)

    chosen = distances[np.arange(9_000), coverage.assign(clusters, rows)]
    assert chosen == pytest.approx(distances.min(axis=1), abs=1e-5)


def test_the_same_seed_makes_the_same_clusters() -> None:
    rows = np.random.default_rng(0).normal(size=(500, 5)).astype(np.float32)

    first, again, other = (
        coverage.clustered(rows, UNIT, items=500, seed=seed).centres for seed in (1, 1, 2)
    )

    assert np.array_equal(first, again)
    assert not np.allclose(first, other)


@pytest.mark.parametrize("count", [1, 3, 50])
def test_equal_rows_and_tiny_pools_are_clustered(count: int) -> None:
    rows = np.ones((count, 4), dtype=np.float32)

    clusters = coverage.clustered(rows, UNIT, items=count, seed=0)

    assert set(coverage.assign(clusters, rows)) == {0}


def test_texts_are_told_apart_also_those_that_came_later() -> None:
    kinds = ["the invoice is wrong again", "app crashes after update", "delivery came too late"]
    counts = text.encode([f"{kinds[n % 3]} case {n}" for n in range(300)])
    space = scaling.of(Kind.TFIDF, moments.of(counts))
    clusters = coverage.clustered(counts, space, items=300, seed=5)

    later = coverage.assign(clusters, text.encode([f"{kind} once more" for kind in kinds]))
    homes = coverage.assign(clusters, counts)

    assert sparse.issparse(counts)
    for kind in range(3):
        assert later[kind] in homes[kind::3]
        assert later[kind] not in np.delete(homes.reshape(-1, 3), kind, axis=1)


def test_the_least_covered_cluster_is_asked_first_and_each_draw_counts() -> None:
    clusters = np.repeat([0, 1, 2], [60, 30, 10]).astype(np.uint16)
    covered = np.arange(6)  # all in the first: (6 + 1) / 60 is above (0 + 1) / 10

    found = coverage.order(
        clusters, np.ones(100, bool), covered, [], count=6, rng=np.random.default_rng(0)
    )

    # 1/30, 2/30; 3/30 and 1/10 are equal, as 8/60 and 4/30: the lower number is first
    assert found.clusters.tolist() == [1, 1, 1, 2, 0, 0]
    assert (clusters[found.positions] == found.clusters).all()
    assert found.probabilities == pytest.approx([1 / 30, 1 / 29, 1 / 28, 1 / 10, 1 / 60, 1 / 59])


def test_what_is_not_free_or_no_item_is_never_drawn() -> None:
    clusters = np.repeat([0, 1, coverage.NOWHERE], [20, 20, 60]).astype(np.uint16)
    free = np.arange(100) % 2 == 0

    found = coverage.order(
        clusters, free, np.zeros(0, np.int64), [], count=50, rng=np.random.default_rng(0)
    )

    assert sorted(found.positions.tolist()) == list(range(0, 40, 2))
    assert found.probabilities[-1] == 1.0


def test_within_its_cluster_every_free_item_is_drawn_equally_often() -> None:
    clusters = np.repeat([0, 1], [12, 12]).astype(np.uint16)
    free = np.ones(24, dtype=bool)
    free[[3, 5]] = False

    drawn = [
        coverage.order(
            clusters, free, np.array([13]), [], count=4, rng=np.random.default_rng(seed)
        ).positions.tolist()
        for seed in range(2_000)
    ]

    for place in (0, 1):  # both of the first cluster
        counts = np.bincount([each[place] for each in drawn], minlength=24)[:12][free[:12]]
        assert counts.sum() == 2_000
        assert stats.chisquare(counts).pvalue > 0.001


def test_half_of_what_is_drawn_is_of_suspicious_clusters_and_equally_often_each_item() -> None:
    clusters = np.repeat([0, 1, 2], [40, 40, 12]).astype(np.uint16)
    counts = np.zeros(92, np.int64)
    for seed in range(500):
        rng = np.random.default_rng(seed)
        found = coverage.order(
            clusters, np.ones(92, bool), np.array([80, 81]), [2], count=8, rng=rng
        )
        assert np.bincount(found.clusters, minlength=3).tolist() == [2, 2, 4]
        counts[found.positions] += 1

    assert stats.chisquare(counts[80:]).pvalue > 0.001
