"""Texts into hashed term counts."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import HashingVectorizer

from workers.learning.arrays import Sparse

WIDTH = 2**18


def encode(texts: Sequence[str]) -> Sparse:
    """Count words and pairs of words in each text: CSR float32[n, 2**18] of raw counts.

    Terms are hashed (Weinberger et al. 2009), so rows never change as the pool grows; weights
    that do depend on the pool (idf) are applied when a version is fitted or scores.
    """
    if not texts:
        return sparse.csr_matrix((0, WIDTH), dtype=np.float32)
    vectorizer = HashingVectorizer(
        n_features=WIDTH,
        ngram_range=(1, 2),
        lowercase=True,
        strip_accents="unicode",
        alternate_sign=False,
        norm=None,
        dtype=np.float32,
    )
    return vectorizer.transform(texts)
