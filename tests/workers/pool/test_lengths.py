"""Lengths of rows are those that scoring would find, kept until the pool's idf is another."""

from pathlib import Path

import numpy as np
import pytest

from workers.encoders import text
from workers.learning import fitted
from workers.learning.scaling import Kind, Scaling
from workers.learning.terms import WIDTH
from workers.learning.versions import Linear
from workers.pool import lengths, shards

TEXTS = ["a good film, a good story", "a bad film", "", "bad, bad, bad plot"]


def version(seed: int) -> Linear:
    rng = np.random.default_rng(seed)
    return Linear(
        classes=2,
        seen=np.array([0, 1]),
        coefficients=rng.normal(size=(1, WIDTH)),
        intercept=np.zeros(1),
        columns=None,
        scaling=Scaling(kind=Kind.TFIDF, idf=1 + rng.random(WIDTH)),
        report={},
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "shard"
    file.write_bytes(shards.encode(text.encode(TEXTS)))
    return file


def test_a_version_says_the_same_of_rows_whose_lengths_are_known(path: Path) -> None:
    rows = shards.open_shard(path)
    for seed in (1, 2):  # another idf
        model = version(seed)

        said = fitted.outputs(model, rows, lengths.known(path, model))

        assert np.array_equal(said.proba, fitted.outputs(model, rows).proba)


def test_they_are_found_once_for_an_idf(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = lengths.known(path, version(3))
    monkeypatch.setattr(shards, "open_shard", None)

    assert lengths.known(path, version(3)) is first
    with pytest.raises(TypeError):
        lengths.known(path, version(4))


def plain(kind: Kind) -> Linear:
    return Linear(
        classes=2,
        seen=np.array([0, 1]),
        coefficients=np.array([[1.0, -2.0]]),
        intercept=np.zeros(1),
        columns=None,
        scaling=Scaling(kind=kind),
        report={},
    )


def test_directions_of_vectors_are_judged_the_same_too(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(20_000, 2)).astype(np.float32)
    rows[7] = 0
    file = tmp_path / "vectors"
    file.write_bytes(shards.encode(rows))
    model = plain(Kind.UNIT)

    said = fitted.outputs(model, rows, lengths.known(file, model))

    assert np.array_equal(said.proba, fitted.outputs(model, rows).proba)


def test_other_versions_of_vectors_ask_for_none(path: Path) -> None:
    assert lengths.known(path, plain(Kind.NONE)) is None
