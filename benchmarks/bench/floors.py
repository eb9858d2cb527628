"""What the work costs without a service: in one process, in memory, or on the bare disk."""

import multiprocessing
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression

from benchmarks.bench import corpora

Rows = npt.NDArray[np.float32]

SAMPLE = 65_536
"""Rows from which mean and deviation are taken; the service has them of all rows."""

TOP = 1_000
BYTES_AT_ONCE = 2**20
HASHERS = 2
PATIENCE_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Seconds of one round in memory."""

    fit: float
    product: float
    top: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.fit + self.product + self.top


class Floor:
    """A pool in memory, standardised as the service does it: in the coefficients."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._mean = rows[:SAMPLE].mean(axis=0, dtype=np.float64)
        self._deviation = rows[:SAMPLE].std(axis=0, dtype=np.float64)

    def round(self, positions: npt.NDArray[np.int64], labels: npt.NDArray[np.int8]) -> Parts:
        """Fit as the service would, judge the pool by one product, and take the top by margin."""
        began = time.perf_counter()
        known = (self._rows[positions] - self._mean) / self._deviation
        fitted = LogisticRegression(C=10.0, tol=1e-5, max_iter=500).fit(known, labels)
        weights = fitted.coef_ / self._deviation
        offset = fitted.intercept_ - weights @ self._mean
        fit = time.perf_counter()
        decisions = self._rows @ weights.T.astype(np.float32) + offset.astype(np.float32)
        product = time.perf_counter()
        found = gaps(decisions)
        np.argpartition(found, min(TOP, len(found) - 1))[:TOP]
        return Parts(fit=fit - began, product=product - fit, top=time.perf_counter() - product)


def write(source: Path, target: Path) -> float:
    """Write the bytes of a file to another and have them on the disk; answer the seconds."""
    list(_chunks(source))  # so that nothing is read from the disk while it is timed
    began = time.perf_counter()
    with target.open("wb") as file:
        for chunk in _chunks(source):
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    seconds = time.perf_counter() - began
    target.unlink()
    return seconds


def hashing(corpus: corpora.Corpus) -> float:
    """Hash all documents in two processes that hold them already; answer the seconds."""
    context = multiprocessing.get_context("spawn")
    results = context.SimpleQueue()
    start = context.Barrier(HASHERS)
    workers = [
        context.Process(target=_hash, args=(corpus.path, part, start, results), daemon=True)
        for part in range(HASHERS)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(PATIENCE_SECONDS)
        if worker.exitcode != 0:
            raise RuntimeError(f"the hashing floor ended with {worker.exitcode}")
    seconds: list[float] = [results.get() for _ in workers]
    return max(seconds)


def _hash(
    path: Path, part: int, start: Barrier, results: "multiprocessing.SimpleQueue[float]"
) -> None:
    mine = corpora.texts(path, part=part, parts=HASHERS)
    vectorizer = HashingVectorizer(
        n_features=2**18,
        ngram_range=(1, 2),
        lowercase=True,
        strip_accents="unicode",
        alternate_sign=False,
        norm=None,
        dtype=np.float32,
    )
    start.wait()
    began = time.perf_counter()
    for first in range(0, len(mine), corpora.ROWS_AT_ONCE):
        vectorizer.transform(mine[first : first + corpora.ROWS_AT_ONCE])
    results.put(time.perf_counter() - began)


def gaps(decisions: Rows) -> Rows:
    """Give the distance of the two best classes, in probability or what orders as it does."""
    if decisions.shape[1] == 1:
        return np.abs(decisions[:, 0])
    odds = np.exp(decisions - decisions.max(axis=1, keepdims=True))
    best = np.partition(odds, (-2, -1), axis=1)
    between: Rows = (best[:, -1] - best[:, -2]) / odds.sum(axis=1)
    return between


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(BYTES_AT_ONCE):
            yield chunk
