"""Versions come back from the store, however they were packed, and only as they were saved."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from service.store.blobs import LocalBlobs
from workers.learning import persistence
from workers.learning.scaling import Kind, Scaling
from workers.learning.versions import Linear
from workers.pool import models

WIDTH = 5_000


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path)


@pytest.fixture
def version() -> Linear:
    return Linear(
        classes=2,
        seen=np.array([0, 1]),
        coefficients=np.ones((1, WIDTH)),
        intercept=np.zeros(1),
        columns=np.arange(WIDTH),
        scaling=Scaling(kind=Kind.TFIDF, idf=np.ones(WIDTH)),
        report={},
    )


def test_a_version_is_stored_packed_and_comes_back(blobs: LocalBlobs, version: Linear) -> None:
    digest = models.put(blobs, version)
    again = models.load(blobs.path(digest), digest)

    assert isinstance(again, Linear)
    assert np.array_equal(again.coefficients, version.coefficients)
    assert blobs.path(digest).stat().st_size < len(persistence.dumps(version)) / 10


def test_one_that_was_stored_as_it_is_comes_back_too(blobs: LocalBlobs, version: Linear) -> None:
    digest = blobs.put(persistence.dumps(version))

    assert models.load(blobs.path(digest), digest).classes == 2


def test_one_that_was_stored_under_its_sha256_is_read(
    tmp_path: Path, blobs: LocalBlobs, version: Linear
) -> None:
    data = blobs.path(models.put(blobs, version)).read_bytes()
    former = hashlib.sha256(data).hexdigest()
    (tmp_path / former).write_bytes(data)

    assert models.load(tmp_path / former, former).classes == 2


def test_one_that_was_altered_is_refused(blobs: LocalBlobs, version: Linear) -> None:
    digest = models.put(blobs, version)
    path = blobs.path(digest)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)

    with pytest.raises(models.Altered, match=digest):
        models.load(path, digest)
