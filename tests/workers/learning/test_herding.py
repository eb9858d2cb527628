"""Herding picks what the plain greedy search picks."""

import numpy as np
import pytest

from workers.learning import herding


def plain(
    rows: np.ndarray, count: int, doubt: np.ndarray, labelled: np.ndarray, width: float
) -> list[int]:
    """The formula, word for word."""

    def near(some: np.ndarray, others: np.ndarray) -> np.ndarray:
        gaps = some[:, None, :].astype(float) - others[None, :, :]
        return np.exp(-(gaps**2).sum(axis=2) / width**2)

    kernel = near(rows, rows)
    covered = near(rows, labelled).max(axis=1, initial=0.0)
    picks: list[int] = []
    for _ in range(count):
        gains = (doubt[:, None] * np.maximum(kernel - covered[:, None], 0)).mean(axis=0)
        gains[picks] = -1
        picks.append(int(gains.argmax()))
        covered = np.maximum(covered, kernel[:, picks[-1]])
    return picks


def labelled_width(labelled: np.ndarray) -> float:
    gaps = np.linalg.norm(labelled[:, None] - labelled[None, :], axis=2)
    np.fill_diagonal(gaps, np.inf)
    return float(np.median(gaps.min(axis=1)))


@pytest.mark.parametrize("seed", range(5))
def test_picks_are_those_of_the_plain_greedy_search(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, labelled = rng.normal(size=(120, 3)), rng.normal(size=(25, 3))
    doubt = rng.random(120)

    picks = herding.uherding(
        rows.astype(np.float32), 40, doubt=doubt, labelled=labelled.astype(np.float32)
    )

    assert picks.tolist() == plain(rows, 40, doubt, labelled, labelled_width(labelled))


def test_what_is_labelled_is_covered_already() -> None:
    heaps = np.repeat([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]], 30, axis=0)
    rows = (heaps + np.random.default_rng(0).normal(size=(90, 2))).astype(np.float32)

    picks = herding.uherding(rows, 2, labelled=rows[:30])

    assert sorted(picks // 30) == [1, 2]


def test_what_is_not_doubted_is_not_picked() -> None:
    rows = np.random.default_rng(0).normal(size=(60, 2)).astype(np.float32)
    rows[30:] += 50

    picks = herding.uherding(rows, 10, doubt=np.repeat([0.0, 1.0], 30))

    assert (picks >= 30).all()


def test_the_radius_is_the_median_distance_between_nearest_labels() -> None:
    labelled = np.random.default_rng(0).normal(size=(40, 3)).astype(np.float32)

    found = herding.radius(np.zeros((3, 3), np.float32), labelled)

    assert found == pytest.approx(labelled_width(labelled), rel=1e-3)


def test_with_few_labels_the_radius_is_that_of_twenty_candidates_drawn_by_chance() -> None:
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(800, 3)).astype(np.float32)
    squares = ((rows[:, None] - rows[None]) ** 2).sum(axis=2)

    found = herding.radius(squares, rows[:5])

    drawn = [labelled_width(rows[rng.choice(800, 20, replace=False)]) for _ in range(200)]
    assert found == pytest.approx(np.mean(drawn), rel=0.1)


def test_rows_that_are_all_equal_have_a_radius() -> None:
    assert herding.radius(np.zeros((4, 4), np.float32), np.zeros((0, 2), np.float32)) == 1.0
