"""Data sets of a folder, as pools with labels."""

import gzip
import json
import os
from functools import lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.datasets import load_digits

from benchmarks import protocol
from benchmarks.bench.site import ROOT
from workers.asking import Pool
from workers.encoders import sentences, text
from workers.learning.arrays import Ints, Matrix
from workers.pool import moments

Rows = tuple[Matrix, list[str]]
VECTORS_KEPT = ROOT / "benchmarks" / "selection-results" / "vectors"
VECTORS = "minilm:"
"""What the name of a set of texts begins with where a sentence encoder makes them vectors."""


@lru_cache(maxsize=4)
def pool(folder: Path, name: str) -> Pool:
    """Read a data set by its name: `libsvm/heart`, `sms_spam`, `minilm:banking77`, `digits`."""
    features, labels = _rows(folder, name)
    classes = sorted(set(labels))
    index = {each: number for number, each in enumerate(classes)}
    return Pool(
        features=features,
        labels=np.array([index[each] for each in labels], dtype=np.int64),
        classes=classes,
        moments=moments.of(features),
    )


def part(whole: Pool, items: Ints | list[int]) -> Pool:
    """Some items of a pool, in the order given, as a pool of their own."""
    features = whole.features[items]
    return Pool(
        features=features,
        labels=whole.labels[items],
        classes=whole.classes,
        moments=moments.of(features),
    )


def one_against_rest(whole: Pool, positive: int) -> Pool:
    """The same items with two classes: the rest, and the positive one."""
    return Pool(
        features=whole.features,
        labels=(whole.labels == positive).astype(np.int64),
        classes=["rest", whole.classes[positive]],
        moments=whole.moments,
    )


def _rows(folder: Path, name: str) -> Rows:
    if name == "digits":
        features, labels = load_digits(return_X_y=True)
        return features.astype(np.float32), [str(each) for each in labels]
    if name.startswith(VECTORS):
        return _encoded(folder, name.removeprefix(VECTORS))
    if name.startswith("libsvm/"):
        table = protocol.read(folder / f"{name}.txt.gz")
        return table.rows.astype(np.float32), table.classes
    if (folder / f"{name}.npz").exists():
        return _arrays(folder / f"{name}.npz")
    texts, labels = _texts(folder, name)
    return text.encode(texts), labels


def _arrays(path: Path) -> Rows:
    with np.load(path) as archive:
        rows: npt.NDArray[Any] = archive["X"]
        labels = archive["y"].tolist()
    return rows.reshape(len(rows), -1).astype(np.float32), [str(each) for each in labels]


def _texts(folder: Path, name: str) -> tuple[list[str], list[str]]:
    with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    return [row["text"] for row in rows], [str(row["label"]) for row in rows]


def _encoded(folder: Path, name: str) -> Rows:
    """Vectors of texts, made once: some minutes for thirteen thousand."""
    texts, labels = _texts(folder, name)
    kept = VECTORS_KEPT / f"{name}.npy"
    if not kept.exists():
        encoder = sentences.load(Path(os.environ.get("ENCODERS_DIR", ".encoders")), threads=1)
        rows = encoder.encode(texts)
        kept.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=kept.parent, delete=False) as file:
            np.save(file, rows)
        Path(file.name).rename(kept)
    return np.load(kept), labels
