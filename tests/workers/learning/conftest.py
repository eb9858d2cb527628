"""Small pools that the tests of learning share."""

from collections.abc import Callable

import numpy as np
import pytest

from workers.learning.scaling import DenseMoments

Pool = tuple[np.ndarray, np.ndarray]


@pytest.fixture
def clouds() -> Callable[..., Pool]:
    """Make rows float32[n, d] around one centre a class, and their class indices int64[n]."""

    def make(*, rows: int = 90, classes: int = 3, dimensions: int = 8, seed: int = 0) -> Pool:
        rng = np.random.default_rng(seed)
        centres = 2.0 * rng.standard_normal((classes, dimensions))
        labels = np.arange(rows) % classes
        features = centres[labels] + rng.standard_normal((rows, dimensions))
        return features.astype(np.float32), labels

    return make


@pytest.fixture
def measure() -> Callable[[np.ndarray], DenseMoments]:
    """Measure rows all at once, as `workers.pool.moments` does shard by shard."""

    def of(rows: np.ndarray) -> DenseMoments:
        wide = rows.astype(np.float64)
        return DenseMoments(count=len(wide), mean=wide.mean(axis=0), variance=wide.var(axis=0))

    return of
