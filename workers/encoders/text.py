"""Texts into weights of hashed terms."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise, repeat

import numpy as np
from scipy import sparse
from sklearn.feature_extraction import FeatureHasher
from sklearn.feature_extraction.text import strip_accents_unicode

from workers.learning.arrays import Sparse
from workers.learning.terms import MARKS, PAIRS, WIDTH, WORDS, of_counts

AT_ONCE = 512
"""Texts whose terms are held at once, however many a caller brings."""
_TERM = re.compile(r"\w+|[^\w\s]")


def encode(texts: Sequence[str]) -> Sparse:
    """Weigh words, marks, and pairs of words that follow one another: CSR float32[n, 2**18].

    A term weighs 1 + log(how often a text has it). Terms are hashed (Weinberger et al. 2009), so
    rows never change as the pool grows; weights that do depend on the pool (idf) are applied when
    a version is fitted or scores. Case and accents make no difference. A mark is a single
    character: a sign, a letter or a figure alone.
    """
    if not texts:
        return sparse.csr_matrix((0, WIDTH), dtype=np.float32)
    parts = [_encode(texts[first : first + AT_ONCE]) for first in range(0, len(texts), AT_ONCE)]
    return sparse.csr_matrix(sparse.vstack(parts, format="csr"))


def _encode(texts: Sequence[str]) -> Sparse:
    terms = [_TERM.findall(strip_accents_unicode(text.lower())) for text in texts]
    words = [[term for term in row if len(term) > 1] for row in terms]
    marks = (
        [term for term in row if len(term) == 1] if len(row) > len(long) else ()
        for row, long in zip(terms, words, strict=True)
    )
    pairs = (map(" ".join, pairwise(row)) for row in words)
    columns = [_hashed(words, WORDS), _hashed(marks, MARKS), _hashed(pairs, PAIRS)]
    rows = sparse.csr_matrix(sparse.hstack(columns, format="csr"))
    rows.data = of_counts(rows.data)
    return rows


def _hashed(rows: Iterable[Iterable[str]], columns: slice) -> Sparse:
    hasher = FeatureHasher(
        columns.stop - columns.start, input_type="pair", alternate_sign=False, dtype=np.float32
    )
    return hasher.transform(zip(row, repeat(1)) for row in rows)
