"""Labelled items are read as they were kept."""

from pathlib import Path

import numpy as np
import pytest

from service.store.blobs import LocalBlobs
from workers.encoders import text
from workers.learning.arrays import Matrix, is_sparse
from workers.pool import frozen, moments
from workers.pool.frozen import Labelled


@pytest.mark.parametrize(
    "features",
    [np.arange(6, dtype=np.float32).reshape(3, 2), text.encode(["a dog", "a cat", ""])],
    ids=["vectors", "texts"],
)
def test_what_was_frozen_is_read_again(tmp_path: Path, features: Matrix) -> None:
    store, measured = LocalBlobs(tmp_path), moments.of(features)
    labelled = Labelled(features=features, labels=np.array([2, 0, 1]), moments=measured)

    found = frozen.read(store, frozen.freeze(store, labelled))

    assert is_sparse(found.features) == is_sparse(features)
    assert abs(found.features - features).sum() == 0
    assert found.labels.tolist() == [2, 0, 1]
    kept, before = moments.to_arrays(found.moments), moments.to_arrays(measured)
    assert {name: array.tolist() for name, array in kept.items()} == {
        name: array.tolist() for name, array in before.items()
    }
