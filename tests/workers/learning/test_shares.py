"""A label stands for the part of the pool that is nearest to it."""

import numpy as np
from scipy import sparse

from workers.learning import shares

ROWS = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 9.0]])


def test_each_item_counts_for_its_nearest_label_and_each_label_for_itself() -> None:
    pool = np.array([[0.1, 0.1], [1.9, 0.0], [2.1, 0.0], [5.0, 5.0], [3.0, -7.0]])

    weights = shares.of(ROWS, pool)

    np.testing.assert_allclose(weights * 8 / 3, [3, 4, 1])
    np.testing.assert_allclose(weights.mean(), 1.0)


def test_without_a_pool_all_labels_count_alike() -> None:
    np.testing.assert_array_equal(shares.of(ROWS, ROWS[:0]), [1, 1, 1])


def test_texts_are_near_when_they_share_words() -> None:
    rows = sparse.csr_matrix(np.array([[1.0, 0.0, 0.0], [0.0, 0.6, 0.8]]))
    pool = sparse.csr_matrix(np.array([[0.8, 0.6, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]))

    np.testing.assert_allclose(shares.of(rows, pool) * 5 / 2, [2, 3])


def test_a_pool_of_many_blocks_is_counted_whole() -> None:
    pool = np.repeat(ROWS, [3_000, 2_000, 100], axis=0)

    np.testing.assert_allclose(shares.of(ROWS, pool) * 5_103 / 3, [3_001, 2_001, 101])
