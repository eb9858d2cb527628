"""Candidates from matrices, for the tests of orders."""

from typing import Any

import numpy as np

from service.domain.catalogue import Strategy
from workers.learning import regimes, selection
from workers.learning.rules import Features, Rule, Situation
from workers.learning.selection import Ranked
from workers.ordering import Candidates
from workers.pool import moments


def candidates(matrix: Any, *, labelled: tuple[int, ...] = (), seed: int = 3) -> Candidates:
    """Offer all rows of a matrix but those that are labelled."""
    rows = np.arange(matrix.shape[0])
    return Candidates(
        positions=np.setdiff1d(rows, labelled),
        labelled=np.array(labelled, dtype=np.int64),
        features=lambda wanted: matrix[wanted],
        moments=moments.of(matrix),
        seed=seed,
        rng=np.random.default_rng(seed),
    )


def heaps(count: int, rows: int) -> np.ndarray:
    """So many tight heaps of points, far apart; row r is of heap r mod count."""
    rng = np.random.default_rng(0)
    centres = 10 * np.stack([np.cos(np.arange(count)), np.sin(np.arange(count))], axis=1)
    spread = 0.01 * rng.normal(size=(rows, 2))
    return (centres[np.arange(rows) % count] + spread).astype(np.float32)


def situation(**given: Any) -> Situation:
    """A project of two classes and vectors with many labels, but for what is given."""
    usual: dict[str, Any] = {
        "strategy": Strategy.AUTO,
        "has_version": True,
        "classes": ["fine", "defect"],
        "labels": [500, 500],
        "features": Features.DENSE,
        "batch_size": 10,
        "pool_size": 10_000,
    }
    return Situation(**usual | given)


def rule(**given: Any) -> Rule:
    """The rule for such a situation."""
    return regimes.decide(situation(**given))


def ranked(scores: np.ndarray, *, seed: int = 3) -> Ranked:
    """All rows by their scores."""
    positions = np.arange(len(scores))
    return selection.ranked(positions, scores, selection.hashes(seed, positions))
