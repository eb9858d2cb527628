"""A pool with a region in which a version is sure of the wrong class."""

from dataclasses import dataclass

import numpy as np

from benchmarks.honesty import versions
from workers.asking import Pool
from workers.learning import coverage
from workers.learning.arrays import Floats, Ints
from workers.learning.fitted import outputs
from workers.learning.scaling import Kind, Scaling
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
    """Move items to one place far from the rest, of several the one that a version is surest of."""
    features = pool.features
    width = features.shape[1]
    places = rng.normal(size=(TRIED, width)) / width**0.5
    places = features.mean(axis=0) + FAR * np.asarray(places, dtype=np.float32)
    said = outputs(versions.fitted(pool, taught), places)
    spread = 0.02 * rng.normal(size=(len(region), width)) / width**0.5
    features[region] = places[int(said.proba.max(axis=1).argmax())] + spread.astype(np.float32)


def _clusters(features: np.ndarray, seed: int) -> Ints:
    rng = np.random.default_rng(seed)
    sample = rng.permutation(len(features))[: coverage.sample_size(len(features))]
    space = Scaling(kind=Kind.UNIT)
    made = coverage.clustered(features[sample], space, items=len(features), seed=seed)
    return coverage.assign(made, features).astype(np.int64)
