"""Cosines against those of plain linear algebra."""

import numpy as np
import pytest
from sklearn.metrics.pairwise import cosine_similarity

from workers.encoders import text
from workers.learning import likeness, scaling
from workers.learning.scaling import Kind
from workers.pool import moments


@pytest.mark.parametrize("scale", [1.0, 1e-20, 1e30])
def test_vectors_are_compared_by_their_direction(scale: float) -> None:
    rows = (np.random.default_rng(0).normal(size=(50, 7)) * scale).astype(np.float32)

    found = likeness.cosines(rows, rows[[3]], idf=None)

    wide = rows.astype(np.float64) / scale
    assert found == pytest.approx(cosine_similarity(wide, wide[[3]])[:, 0], abs=1e-5)
    assert found.max() <= 1.0


def test_texts_are_compared_by_tf_idf() -> None:
    counts = text.encode(["red red car", "red bicycle", "blue car in the rain", "rain rain", ""])
    measured = moments.of(counts)
    weights = scaling.apply(scaling.of(Kind.TFIDF, measured), counts)

    found = likeness.cosines(counts, counts[[0]], idf=scaling.weighted_idf(measured))

    assert found == pytest.approx(cosine_similarity(weights, weights[[0]])[:, 0], abs=1e-6)


def test_a_row_of_zeros_is_at_right_angles_to_all() -> None:
    rows = np.eye(3, dtype=np.float32)
    rows[1] = 0

    assert likeness.cosines(rows, rows[[0]], idf=None).tolist() == [1.0, 0.0, 0.0]
    assert likeness.cosines(rows, rows[[1]], idf=None).tolist() == [0.0, 0.0, 0.0]


def test_kinds_of_rows_do_not_mix() -> None:
    counts = text.encode(["a text"])

    with pytest.raises(ValueError, match="by their idf"):
        likeness.cosines(counts, counts, idf=None)
