"""Rare classes count more, but no label for very many."""

import numpy as np
import pytest

from workers.learning.fits import weights


def test_classes_count_alike_where_none_is_very_rare() -> None:
    labels = np.repeat([0, 1], [88, 12])

    given = weights.of(labels)

    assert given is not None
    assert given.mean() == pytest.approx(1.0)
    assert given[labels == 0].sum() < 1.5 * given[labels == 1].sum()
    assert weights.of(np.repeat([0, 1], [85, 15])) is None


@pytest.mark.parametrize("count", [20, 200, 2_000])
def test_the_only_label_of_a_class_does_not_outweigh_the_others(count: int) -> None:
    given = weights.of(np.repeat([0, 1], [count - 1, 1]))

    assert given is not None
    assert given.max() / given.min() <= 2 * weights.MOST_TIMES + 1e-9


def test_positives_outweigh_all_others_together() -> None:
    labels = np.repeat([0, 1, 2], [50, 3, 20])

    given = weights.favouring(labels, 1, 9.8)

    assert given is not None
    assert given[labels == 1].sum() == pytest.approx(9.8 * given[labels != 1].sum())
    assert given.sum() == pytest.approx(len(labels))


@pytest.mark.parametrize("labels", [[0, 0, 2], [1, 1]], ids=["none is positive", "all are"])
def test_without_both_kinds_there_is_nothing_to_weigh(labels: list[int]) -> None:
    assert weights.favouring(np.array(labels), 1, 9.8) is None
