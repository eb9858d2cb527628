"""A planted blind region: labels until it is flagged as wrong, and how often others are.

Two in a hundred items lie close together, far from the rest, where the model is sure of the wrong
class. Clusters, flags and the choice of what is checked are those of the service. Nothing is
taught meanwhile, so that only the finding is measured.
"""

from statistics import fmean, median

import numpy as np

from benchmarks.honesty import planted
from benchmarks.honesty.planted import World
from benchmarks.honesty.site import Site
from benchmarks.selection.rows import Row
from workers.learning import coverage, regions, spotting
from workers.learning.arrays import Ints
from workers.learning.regions import Checks, Flag, Region

SETS = ("tab_spambase", "tab_magic", "mnist_t10k")
REPLAYS, STEP, MOST = 30, 20, 2_000
LEAST_RATIO = 3.0
GRAVE = {Flag.BAD, Flag.OVERCONFIDENT}


def run(site: Site) -> list[Row]:
    """Every set: ways to find the region, then what is flagged where there is none."""
    rows: list[Row] = []
    for name in SETS:
        pool, count = site.pool(name), site.count(REPLAYS)
        made = [planted.world(pool, seed, is_planted=True) for seed in range(count)]
        worlds = [world for world in made if world.blind]  # the others have no cluster of its own
        by = {
            arm: [_until_flagged(world, arm, seed) for seed, world in enumerate(worlds)]
            for arm in ("spot checks", "coverage and audit", "random")
        }
        rows += _ways(name, by)
        clean = [planted.world(pool, seed, is_planted=False) for seed in range(count)]
        rows += [_false(name, arm, clean) for arm in ("spot checks", "random")]
        site.say(f"blind_region: {name}")
    return rows


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
