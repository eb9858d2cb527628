"""Items drawn from clusters in turns: of suspicious ones, and of the least looked into."""

from collections.abc import Sequence

import numpy as np
import pytest

from workers.learning import turns
from workers.learning.turns import Drawn

CLUSTERS = np.repeat([0, 1, 2, 3], [6, 6, 6, 2])


def draw(suspects: Sequence[int], *, looked: Sequence[int], count: int, seed: int = 0) -> Drawn:
    return turns.draw(
        np.arange(20) + 100,
        CLUSTERS,
        suspects,
        looked=np.array(looked, dtype=np.float64),
        sizes=np.ones(4),
        count=count,
        rng=np.random.default_rng(seed),
    )


@pytest.mark.parametrize("seed", range(4))
def test_a_draw_as_a_suspect_counts_as_a_look(seed: int) -> None:
    found = draw([1], looked=[2, 0, 2, 2], count=8, seed=seed)

    ordinary = found.clusters[~found.is_suspect]
    assert found.is_suspect.sum() == 4
    assert (found.clusters[found.is_suspect] == 1).all()
    assert ordinary.tolist() == [1, 0, 2, 3]  # without that a second time 1


def test_few_are_suspects_at_a_time_and_the_next_follow_when_those_are_used_up() -> None:
    found = draw([3, 0, 2], looked=[0, 0, 0, 0], count=20)

    suspects = found.clusters[found.is_suspect].tolist()
    first = suspects.index(2)
    assert set(suspects[:first]) == {0, 3}


def test_whose_turn_is_first_is_left_to_chance() -> None:
    first = [draw([1], looked=[0, 9, 0, 0], count=1, seed=seed).is_suspect[0] for seed in range(60)]

    assert 18 <= sum(first) <= 42


def test_all_is_drawn_once_and_the_last_of_each_cluster_for_certain() -> None:
    found = draw([2, 0], looked=[5, 0, 0, 1], count=99)

    assert sorted(found.rows) == list(range(100, 120))
    assert (CLUSTERS[found.rows - 100] == found.clusters).all()
    last = dict(zip(found.clusters.tolist(), found.probabilities.tolist(), strict=True))
    assert last == dict.fromkeys(range(4), 1.0)


def test_of_nothing_nothing_is_drawn() -> None:
    none = np.zeros(0, np.int64)

    found = turns.draw(
        none,
        none,
        [],
        looked=np.zeros(0),
        sizes=np.zeros(0),
        count=5,
        rng=np.random.default_rng(0),
    )

    assert len(found.rows) == len(found.probabilities) == len(found.is_suspect) == 0
