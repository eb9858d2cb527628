"""Typical rows come first, each of another cluster, away from what is labelled."""

import numpy as np
import pytest

from workers.learning import typicality


def heaps(*sizes: int, seed: int = 0) -> np.ndarray:
    """Heaps of these sizes, far apart, one behind the other."""
    rng = np.random.default_rng(seed)
    centres = 100 * rng.normal(size=(len(sizes), 4))
    return (np.repeat(centres, sizes, axis=0) + rng.normal(size=(sum(sizes), 4))).astype(np.float32)


def order(rows: np.ndarray, wanted: int, labelled: np.ndarray | None = None) -> list[int]:
    rng = np.random.default_rng(0)
    return typicality.typiclust(rows, wanted, rng, labelled=labelled).tolist()


def test_typicality_is_the_inverse_mean_distance_to_the_twenty_nearest() -> None:
    rows = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)

    found = typicality.typicality(rows, np.random.default_rng(0))

    gaps = np.sort(np.linalg.norm(rows[:, None] - rows[None], axis=2), axis=1)
    np.testing.assert_allclose(found, 1 / gaps[:, 1:21].mean(axis=1), rtol=1e-3)


def test_in_a_large_cluster_neighbours_are_sought_in_a_sample(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = np.random.default_rng(0).normal(size=(2_000, 3)).astype(np.float32)
    whole = typicality.typicality(rows, np.random.default_rng(0))
    monkeypatch.setattr(typicality, "LARGEST_CLUSTER", 500)

    sampled = typicality.typicality(rows, np.random.default_rng(0))

    assert np.corrcoef(np.argsort(np.argsort(whole)), np.argsort(np.argsort(sampled)))[0, 1] > 0.9


def test_the_biggest_heaps_come_first() -> None:
    rows = heaps(20, 200, 60)

    first = order(rows, 3)[:3]

    assert [0 if at < 20 else 1 if at < 220 else 2 for at in first] == [1, 2, 0]


def test_a_heap_with_a_label_waits() -> None:
    rows = heaps(100, 80, 60)

    first = order(rows, 2, labelled=rows[:1] + 0.1)[:2]

    assert [0 if at < 100 else 1 if at < 180 else 2 for at in first] == [1, 2]


def test_the_middle_of_a_heap_is_typical() -> None:
    rows = heaps(300)

    first = order(rows, 1)[0]

    lengths = np.linalg.norm(rows - rows.mean(axis=0), axis=1)
    assert lengths[first] < np.quantile(lengths, 0.2)


def test_a_beginning_that_is_longer_than_a_batch_is_spread_too() -> None:
    rows = heaps(*[50] * 16)

    seen = [len({at // 50 for at in order(rows, 4)[:count]}) for count in (4, 8, 16)]

    assert seen[0] == 4
    assert seen[1] >= 7
    assert seen[2] >= 13
