"""Every order over features passes one battery."""

from collections.abc import Callable

import numpy as np
import pytest

from workers.learning import clustering, diversity, herding, typicality
from workers.learning.arrays import Dense, Ints

Order = Callable[[Dense, np.random.Generator], Ints]

ORDERS: dict[str, Order] = {
    "kmeans_plus_plus": lambda rows, rng: diversity.kmeans_plus_plus(rows, len(rows), rng),
    "diversify": diversity.diversify,
    "typiclust": lambda rows, rng: typicality.typiclust(rows, 10, rng),
    "uherding": lambda rows, rng: herding.uherding(rows, len(rows), doubt=rng.random(len(rows))),
    "maxherding": lambda rows, rng: herding.uherding(rows, len(rows)),
    "cluster_margin": lambda rows, rng: clustering.cluster_margin(rows, 20, rng),
}
EVERY = pytest.mark.parametrize("name", sorted(ORDERS))


def made(name: str, rows: np.ndarray, seed: int = 0) -> list[int]:
    return ORDERS[name](rows.astype(np.float32), np.random.default_rng(seed)).tolist()


def cloud(rows: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(rows, 6))


@EVERY
@pytest.mark.parametrize("rows", [0, 1, 2, 3, 600])
def test_every_row_comes_once(name: str, rows: int) -> None:
    assert sorted(made(name, cloud(rows))) == list(range(rows))


@EVERY
def test_equal_rows_come_once_each(name: str) -> None:
    assert sorted(made(name, np.ones((60, 6)))) == list(range(60))


@EVERY
def test_the_same_seed_gives_the_same_order(name: str) -> None:
    assert made(name, cloud(300), 5) == made(name, cloud(300), 5)


def test_a_hundred_thousand_rows_work_where_no_shortlist_is_made_first() -> None:
    rows = np.random.default_rng(0).normal(size=(100_000, 2)).astype(np.float32)

    spread = diversity.diversify(rows, np.random.default_rng(0), picks=20)
    turns = clustering.cluster_margin(rows, 20, np.random.default_rng(0))

    assert len(np.unique(spread)) == len(np.unique(turns)) == 100_000


@pytest.mark.parametrize("name", ["kmeans_plus_plus", "maxherding", "typiclust"])
@pytest.mark.parametrize("heaps", [2, 3, 9])
def test_a_beginning_has_one_of_each_heap(name: str, heaps: int) -> None:
    centres = 100 * np.random.default_rng(1).normal(size=(heaps, 6))
    rows = np.repeat(centres, 40, axis=0) + cloud(40 * heaps)

    order = made(name, rows)

    first = [row // 40 for row in order[:heaps]]
    assert len(set(first)) >= heaps - (name == "typiclust")


def test_herding_does_not_depend_on_how_rows_are_arranged() -> None:
    rows, doubt = cloud(80).astype(np.float32), np.random.default_rng(2).random(80)
    moved = np.random.default_rng(3).permutation(80)

    straight = herding.uherding(rows, 30, doubt=doubt, labelled=rows[:5] + 0.1)
    permuted = herding.uherding(rows[moved], 30, doubt=doubt[moved], labelled=rows[:5] + 0.1)

    assert moved[permuted].tolist() == straight.tolist()
