"""Texts into hashed term counts."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from scipy import sparse
from sklearn.feature_extraction import FeatureHasher
from sklearn.feature_extraction.text import strip_accents_unicode

from workers.learning.arrays import Sparse
from workers.learning.terms import MARKS, PAIRS, WIDTH, WORDS

_TERM = re.compile(r"\w+|[^\w\s]")


def encode(texts: Sequence[str]) -> Sparse:
    """Count words, marks, and pairs of words that follow one another: CSR float32[n, 2**18].

    Terms are hashed (Weinberger et al. 2009), so rows never change as the pool grows; weights
    that do depend on the pool (idf) are applied when a version is fitted or scores. Case and
    accents make no difference. A mark is a single character: a sign, a letter or a figure alone.
    """
    if not texts:
        return sparse.csr_matrix((0, WIDTH), dtype=np.float32)
    words: list[list[str]] = []
    marks: list[list[str]] = []
    for text in texts:
        terms = _TERM.findall(strip_accents_unicode(text.lower()))
        words.append([term for term in terms if len(term) > 1])
        marks.append([term for term in terms if len(term) == 1])
    pairs = ([f"{one} {next_one}" for one, next_one in pairwise(row)] for row in words)
    columns = [_hashed(words, WORDS), _hashed(marks, MARKS), _hashed(pairs, PAIRS)]
    return sparse.csr_matrix(sparse.hstack(columns, format="csr"))


def _hashed(rows: Iterable[Iterable[str]], columns: slice) -> Sparse:
    width = columns.stop - columns.start
    hasher = FeatureHasher(width, input_type="string", alternate_sign=False, dtype=np.float32)
    return hasher.transform(rows)
