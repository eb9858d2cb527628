"""Clusters take turns."""

import numpy as np
import pytest

from workers.learning import clustering


@pytest.mark.parametrize("count", [1, 2, 40, 70])
def test_rows_are_in_at_most_so_many_clusters(count: int) -> None:
    rows = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)

    found = clustering.clusters(rows, count, np.random.default_rng(0))

    assert found.shape == (60,)
    assert found.min() >= 0
    assert found.max() < count


def test_fewer_distinct_rows_than_clusters_are_no_error() -> None:
    rows = np.repeat(np.eye(3, dtype=np.float32), 40, axis=0)

    for count in (10, 60):
        found = clustering.clusters(rows, count, np.random.default_rng(0))
        assert len(np.unique(found)) <= count


@pytest.mark.parametrize("biggest_first", [False, True])
def test_clusters_take_turns_by_their_size(*, biggest_first: bool) -> None:
    cluster = np.array([0, 0, 0, 0, 1, 2, 2])

    order = clustering.in_turns(cluster, np.arange(7.0), biggest_first=biggest_first)

    rounds = [[1, 2, 0], [2, 0], [0], [0]]
    expected = [each for turn in rounds for each in (turn[::-1] if biggest_first else turn)]
    assert cluster[order].tolist() == expected
    assert order[cluster[order] == 0].tolist() == [3, 2, 1, 0]


def test_a_cluster_that_had_its_turn_waits() -> None:
    order = clustering.in_turns(
        np.array([0, 0, 1, 1]), np.zeros(4), biggest_first=True, had=np.array([1, 0])
    )

    assert order.tolist() == [2, 0, 3, 1]


def test_cluster_margin_takes_the_best_of_every_heap_first_the_rarest_heap_before_others() -> None:
    centres = np.array([[0, 0], [40, 0], [0, 40]], dtype=np.float32)
    heap = np.array([0] * 30 + [1] * 5 + [2] * 15)
    shuffled = np.random.default_rng(0).permutation(heap)
    rows = centres[shuffled] + 0.1 * np.random.default_rng(1).normal(size=(50, 2))

    order = clustering.cluster_margin(rows.astype(np.float32), 3, np.random.default_rng(0))

    assert shuffled[order[:6]].tolist() == [1, 2, 0, 1, 2, 0]
    for number in range(3):
        assert (np.diff(order[shuffled[order] == number]) > 0).all()
