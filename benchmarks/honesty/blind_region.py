"""A planted blind region: labels until it is flagged as wrong, and how often others are.

Two in a hundred items lie close together, far from the rest, where the model is sure of the wrong
class. Clusters, flags and the choice of what is checked are those of the service. Nothing is
taught meanwhile, so that only the finding is measured.
"""

from dataclasses import dataclass
from statistics import fmean, median

import numpy as np

from benchmarks.honesty import versions
from benchmarks.honesty.site import Site
from benchmarks.selection.rows import Row
from workers.asking import Pool
from workers.learning import coverage, regions, spotting
from workers.learning.arrays import Floats, Ints
from workers.learning.fitted import outputs
from workers.learning.regions import Checks, Flag, Region
from workers.learning.scaling import Kind, Scaling
from workers.pool import moments

SETS = ("tab_spambase", "tab_magic", "mnist_t10k")
REPLAYS, TAUGHT, STEP, MOST, SHARE = 30, 300, 20, 2_000, 0.02
LEAST_RATIO = 3.0
ITEMS = 6_000
TRIED, FAR = 40, 6.0
"""Places that are tried for the region; their distance, where all items are at one from zero."""
GRAVE = {Flag.BAD, Flag.OVERCONFIDENT}


@dataclass(frozen=True, kw_only=True, eq=False)
class World:
    """A pool with its clusters, and what a version says of it."""

    clusters: Ints
    confidences: Floats
    is_wrong: np.ndarray
    blind: set[int]
    """Clusters that lie in the planted region for the most part."""


def run(site: Site) -> list[Row]:
    """Every set: ways to find the region, then what is flagged where there is none."""
    rows: list[Row] = []
    for name in SETS:
        pool, count = site.pool(name), site.count(REPLAYS)
        made = [_world(pool, seed, planted=True) for seed in range(count)]
        worlds = [world for world in made if world.blind]  # the others have no cluster of its own
        by = {
            arm: [_until_flagged(world, arm, seed) for seed, world in enumerate(worlds)]
            for arm in ("spot checks", "coverage and audit", "random")
        }
        rows += _ways(name, by)
        clean = [_world(pool, seed, planted=False) for seed in range(count)]
        rows += [_false(name, arm, clean) for arm in ("spot checks", "random")]
        site.say(f"blind_region: {name}")
    return rows


def _world(pool: Pool, seed: int, *, planted: bool) -> World:
    rng = np.random.default_rng([seed, len(pool.labels)])
    some = rng.permutation(len(pool.labels))[:ITEMS]
    features, labels = np.array(pool.features[some], dtype=np.float32), pool.labels[some].copy()
    features = (features - features.mean(axis=0)) / np.maximum(features.std(axis=0), 1e-6)
    features /= np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)
    region = np.arange(round(SHARE * len(some))) if planted else np.zeros(0, np.int64)
    taught = np.arange(len(some) - TAUGHT, len(some))
    changed = Pool(
        features=features, labels=labels, classes=pool.classes, moments=moments.of(features)
    )
    if planted:
        _plant(changed, region, taught, rng)
    said = versions.said(changed, taught, np.arange(len(some)))
    if planted:  # wrong by decree, whatever the version says there
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


def _until_flagged(world: World, arm: str, seed: int) -> int:
    """Labels until a cluster of the planted region is flagged as wrong."""
    looks = _looks(world, arm, seed)
    return next((spent for spent, judged in looks if _grave(judged) & world.blind), MOST)


def _looks(world: World, arm: str, seed: int) -> list[tuple[int, list[Region]]]:
    """What is known after each batch, until something of the planted region is flagged."""
    rng = np.random.default_rng([seed, len(arm)])
    checked, spent, found = np.zeros(0, np.int64), 0, []
    most = MOST if world.blind else 21 * STEP
    while spent < most:
        judged = _judged(world, checked, is_uniform=arm != "spot checks")
        found.append((spent, judged))
        if _grave(judged) & world.blind:
            break
        free = np.setdiff1d(np.arange(len(world.clusters)), checked)
        if arm == "spot checks":
            suspects = [each.cluster for each in regions.suspicion(judged)]
            given = (world.clusters[free], free, world.confidences[free], suspects)
            more = spotting.order(*given, count=STEP, rng=rng).positions
        elif arm == "random":
            more = rng.choice(free, STEP, replace=False)
        else:  # a tenth of each batch for either: the strategy's labels are no evidence
            more = _shares(world, free, checked, rng)
        checked, spent = np.concatenate([checked, more]), spent + STEP
    return found


def _shares(world: World, free: Ints, checked: Ints, rng: np.random.Generator) -> Ints:
    is_free = np.isin(np.arange(len(world.clusters)), free)
    clusters = world.clusters.astype(np.uint16)
    covered = coverage.order(clusters, is_free, checked, count=STEP // 10, rng=rng).positions
    audited = rng.choice(np.setdiff1d(free, covered), STEP // 10, replace=False)
    return np.concatenate([covered, audited])


def _judged(world: World, checked: Ints, *, is_uniform: bool) -> list[Region]:
    sizes = np.bincount(world.clusters)
    known = Checks(
        clusters=world.clusters[checked],
        is_wrong=world.is_wrong[checked],
        confidences=world.confidences[checked],
        is_uniform=np.full(len(checked), is_uniform),
    )
    return regions.found(sizes, sizes, known, error=float(world.is_wrong.mean()))


def _grave(judged: list[Region]) -> set[int]:
    return {each.cluster for each in judged if GRAVE & set(each.flags)}


def _ways(name: str, by: dict[str, list[int]]) -> list[Row]:
    chance, rows = fmean(by["random"]), []
    for arm, labels in by.items():
        ratio, is_judged = chance / fmean(labels), arm == "spot checks"
        rows.append(
            Row(
                what=f"{name}: labels until flagged, {arm}",
                value=fmean(labels),
                seeds=len(labels),
                reference=chance / LEAST_RATIO if is_judged else None,
                reference_of="at most" if is_judged else "",
                is_reached=ratio >= LEAST_RATIO if is_judged else None,
                note=f"median {median(labels):.0f}; random needs {ratio:.1f} x as many",
            )
        )
    return rows


def _false(name: str, arm: str, worlds: list[World]) -> Row:
    """Of what is flagged in pools as they are, the share in which the model is not so bad.

    The mean over the looks of twenty batches: what a reader sees at any of them.
    """
    shares = []
    for seed, world in enumerate(worlds):
        for _, judged in _looks(world, arm, seed)[1:21]:
            flagged = _grave(judged)
            wrong = [each for each in flagged if not _is_truly_bad(world, each)]
            shares.append(len(wrong) / len(flagged) if flagged else 0.0)
    return Row(
        what=f"{name}: false flags, {arm}",
        value=fmean(shares),
        seeds=len(worlds),
        reference=regions.FALSE_DISCOVERIES,
        reference_of="at most",
        is_reached=fmean(shares) <= regions.FALSE_DISCOVERIES,
    )


def _is_truly_bad(world: World, cluster: int) -> bool:
    """By all of the cluster, or by what the model is sure of in it, which spot checks look at."""
    members = world.clusters == cluster
    sure = members & (world.confidences >= np.median(world.confidences))
    error = world.is_wrong[members].mean()
    if error > regions.WORSE * world.is_wrong.mean():
        return True
    return any(
        world.is_wrong[some].mean() - (1 - world.confidences[some].mean()) > regions.TOO_SURE
        for some in (members, sure)
        if some.any()
    )
