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
