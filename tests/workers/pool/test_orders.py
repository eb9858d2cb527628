"""Merged heads of shard orders against one full sort."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from workers.learning import selection
from workers.learning.arrays import Floats, Ints
from workers.pool import orders


def written(folder: Path, scores: Floats, sizes: list[int], seed: int) -> list[Path]:
    """The orders of consecutive shards of these sizes, as files."""
    paths, first = [], 0
    for number, size in enumerate(sizes):
        path = folder / str(number)
        path.write_bytes(
            orders.encode(orders.of_shard(first, scores[first : first + size], seed=seed))
        )
        paths.append(path)
        first += size
    return paths


def sorted_whole(scores: Floats, seed: int, is_free: npt.NDArray[np.bool_]) -> list[int]:
    ties = selection.hashes(seed, np.arange(len(scores)))
    order = sorted(range(len(scores)), key=lambda at: (-scores[at], int(ties[at])))
    return [at for at in order if is_free[at]]


@pytest.mark.parametrize("count", [1, 10, 500, 5_000, 20_000])
@pytest.mark.parametrize("levels", [3, 1_000_000])
@pytest.mark.parametrize("share_free", [1.0, 0.9, 0.01, 0.0])
def test_a_merged_head_is_that_of_one_full_sort(
    tmp_path: Path, count: int, levels: int, share_free: float
) -> None:
    rng = np.random.default_rng(count)
    scores = rng.integers(0, levels, 9_000) / levels
    is_free = rng.random(9_000) < share_free
    paths = written(tmp_path, scores, [4_000, 0, 1, 2_500, 2_499], seed=7)
    asked: list[int] = []

    def free(positions: Ints) -> npt.NDArray[np.bool_]:
        asked.extend(positions.tolist())
        return is_free[positions]

    head = orders.merged(paths, seed=7, count=count, free=free)

    expected = sorted_whole(scores, 7, is_free)
    assert head.ranked.positions.tolist() == expected[:count]
    assert head.ranked.scores.tolist() == scores[expected[:count]].tolist()
    assert len(asked) == len(set(asked))
    whole = sorted_whole(scores, 7, np.ones(9_000, dtype=bool))
    behind = set(whole[: sum(head.taken)])
    assert behind >= set(expected[:count])
    assert not behind & set(expected[count:])


def test_a_shard_with_a_score_that_is_no_number_is_refused() -> None:
    with pytest.raises(ValueError, match="not a number"):
        orders.of_shard(0, np.array([0.5, np.nan, 0.1]), seed=1)


def test_nothing_to_merge_is_an_empty_head() -> None:
    head = orders.merged([], seed=1, count=5, free=lambda positions: positions >= 0)

    assert (len(head.ranked.positions), head.taken) == (0, [])


@pytest.mark.parametrize("count", [0, 1, 400, 9_000, 20_000])
def test_items_are_drawn_with_their_scores_each_once(tmp_path: Path, count: int) -> None:
    scores = np.random.default_rng(0).random(9_000)
    paths = written(tmp_path, scores, [4_000, 0, 1, 2_500, 2_499], seed=7)

    drawn = orders.drawn(paths, count, np.random.default_rng(1))

    assert len(np.unique(drawn.positions)) == len(drawn.positions) == min(count, 9_000)
    assert drawn.positions.dtype == np.int64
    assert drawn.scores.tolist() == scores[drawn.positions].tolist()


def test_every_item_is_drawn_equally_often(tmp_path: Path) -> None:
    paths = written(tmp_path, np.linspace(0, 1, 50), [30, 20], seed=7)

    counts = np.zeros(50)
    for seed in range(2_000):
        counts[orders.drawn(paths, 5, np.random.default_rng(seed)).positions] += 1

    assert np.abs(counts - 200).max() < 5 * np.sqrt(200)


def test_nothing_to_draw_from_is_nothing() -> None:
    assert len(orders.drawn([], 5, np.random.default_rng(0)).positions) == 0
