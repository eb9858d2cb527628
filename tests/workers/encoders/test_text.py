"""Texts become raw counts of hashed words and pairs of words."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from workers.encoders import text

TEXTS = ["The cat sat on the mat", "Café crème, café noir", "", "the mat the mat the mat"]


def test_counts_are_those_of_words_and_pairs() -> None:
    hashed = text.encode(TEXTS)
    counted = CountVectorizer(ngram_range=(1, 2), strip_accents="unicode").fit_transform(TEXTS)

    assert hashed.shape == (4, 2**18)
    assert hashed.dtype == np.float32
    assert hashed.format == "csr"
    assert [sorted(row.data) for row in hashed] == [sorted(row.data) for row in counted]


def test_case_and_accents_make_no_difference() -> None:
    left, right = text.encode(["CAFÉ crème"]), text.encode(["cafe CREME"])

    assert (left != right).nnz == 0


def test_a_row_does_not_depend_on_the_texts_beside_it() -> None:
    together, alone = text.encode(TEXTS), text.encode(TEXTS[1:2])

    assert (together[1] != alone).nnz == 0


@pytest.mark.parametrize("nothing", ["", "   ", "! ?"])
def test_a_text_without_words_is_a_row_without_terms(nothing: str) -> None:
    assert text.encode([nothing]).nnz == 0


def test_no_texts_are_no_rows() -> None:
    assert text.encode([]).shape == (0, text.WIDTH)
