"""A pool with a region in which a version is sure of the wrong class."""

from dataclasses import dataclass

import numpy as np

from benchmarks.honesty import versions
from workers.asking import Pool
from workers.learning import coverage
from workers.learning.arrays import Floats, Ints, Matrix
from workers.learning.fitted import outputs
from workers.learning.scaling import Kind, Scaling
from workers.learning.versions import Fitted
from workers.pool import moments

TAUGHT, SHARE, ITEMS = 300, 0.02, 6_000
TRIED, FAR = 40, 6.0
"""Places that are tried for the region; their distance, where all items are at one from zero."""


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """A pool with its clusters, and what a version says of it."""

    clusters: Ints
    confidences: Floats
    is_wrong: np.ndarray
    blind: set[int]
    """Clusters that lie in the planted region for the most part."""


def world(pool: Pool, seed: int, *, is_planted: bool) -> World:
    """Some items of a set, with a region planted among them or as they are."""
    rng = np.random.default_rng([seed, len(pool.labels)])
    some = rng.permutation(len(pool.labels))[:ITEMS]
    features, labels = np.array(pool.features[some], dtype=np.float32), pool.labels[some].copy()
    features = (features - features.mean(axis=0)) / np.maximum(features.std(axis=0), 1e-6)
    features /= np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)
    region = np.arange(round(SHARE * len(some))) if is_planted else np.zeros(0, np.int64)
    taught = np.arange(len(some) - TAUGHT, len(some))
    changed = Pool(
        features=features, labels=labels, classes=pool.classes, moments=moments.of(features)
    )
    if is_planted:
        _plant(changed, region, taught, rng)
    said = versions.said(changed, taught, np.arange(len(some)))
    if is_planted:  # wrong by decree, whatever the version says there
        labels[region] = (said.label[region] + 1) % len(pool.classes)
    clusters = _clusters(features, seed)
    members = np.bincount(clusters[region], minlength=clusters.max() + 1)
    sizes = np.bincount(clusters)
    return World(
        clusters=clusters,
        confidences=said.proba[np.arange(len(some)), said.label],
        is_wrong=said.label != labels,
        blind=set(np.flatnonzero(2 * members > sizes).tolist()),
    )


def _plant(pool: Pool, region: Ints, taught: Ints, rng: np.random.Generator) -> None:
    """Move items to one place far from the rest, of which a version is surer than of most items."""
    features = pool.features
    width = features.shape[1]
    place = _place(features, versions.fitted(pool, taught), rng)
    spread = 0.02 * rng.normal(size=(len(region), width)) / width**0.5
    features[region] = place + spread.astype(np.float32)


def _place(features: Matrix, version: Fitted, rng: np.random.Generator) -> np.ndarray:
    """The place of several that a version is surest of: anywhere, or halfway to some item.

    Of hundreds of features a version is sure of nothing in a direction that no item has.
    """
    directions = rng.normal(size=(TRIED, features.shape[1])) / features.shape[1] ** 0.5
    some = features[rng.integers(0, len(features), size=TRIED)]
    usual = np.median(_sureness(version, features))
    for towards in (0.0, 1.0):
        places = features.mean(axis=0) + FAR * np.asarray(directions + towards * some)
        places = places.astype(np.float32)
        sure = _sureness(version, places)
        if sure.max() > usual:
            break
    return np.asarray(places[int(sure.argmax())])


def _sureness(version: Fitted, rows: Matrix) -> Floats:
    return np.asarray(outputs(version, rows).proba.max(axis=1), dtype=np.float64)


def _clusters(features: np.ndarray, seed: int) -> Ints:
    rng = np.random.default_rng(seed)
    sample = rng.permutation(len(features))[: coverage.sample_size(len(features))]
    space = Scaling(kind=Kind.UNIT)
    made = coverage.clustered(features[sample], space, items=len(features), seed=seed)
    return coverage.assign(made, features).astype(np.int64)
