"""Texts become weights of hashed words, marks and pairs of words."""

from typing import Any

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer

from workers.encoders import text
from workers.learning import terms

TEXTS = ["The cat sat on the mat", "Café crème, café noir", "", "the mat the mat the mat"]


def counted(texts: list[str], **options: Any) -> list[list[float]]:
    """The counts of each text by scikit-learn, smallest first."""
    rows = CountVectorizer(strip_accents="unicode", **options).fit_transform(texts)
    return [sorted(row.data) for row in rows]


def counts_of(rows: Any) -> list[list[float]]:
    """How often each row has its terms, smallest first, from their weights."""
    return [sorted(np.exp(row.data - 1).round(4)) for row in rows]


def test_words_and_pairs_are_those_of_scikit_learn() -> None:
    hashed = text.encode(TEXTS)

    assert hashed.shape == (4, 2**18)
    assert hashed.dtype == np.float32
    assert hashed.format == "csr"
    assert counts_of(hashed[:, terms.WORDS]) == counted(TEXTS)
    assert counts_of(hashed[:, terms.PAIRS]) == counted(TEXTS, ngram_range=(2, 2))


def test_signs_and_single_characters_are_marks() -> None:
    texts = ["Win $ 5 now!!!", "a plan: b"]

    marks = text.encode(texts)[:, terms.MARKS]

    assert counts_of(marks) == counted(texts, token_pattern=r"\b\w\b|[^\w\s]")
    assert sum(counts_of(marks)[0]) == 5


def test_case_and_accents_make_no_difference() -> None:
    left, right = text.encode(["CAFÉ crème"]), text.encode(["cafe CREME"])

    assert (left != right).nnz == 0


def test_a_row_does_not_depend_on_the_texts_beside_it() -> None:
    together, alone = text.encode(TEXTS), text.encode(TEXTS[1:2])

    assert (together[1] != alone).nnz == 0


@pytest.mark.parametrize("nothing", ["", "   ", "\n"])
def test_a_text_of_nothing_is_a_row_without_terms(nothing: str) -> None:
    assert text.encode([nothing]).nnz == 0


def test_no_texts_are_no_rows() -> None:
    assert text.encode([]).shape == (0, terms.WIDTH)
