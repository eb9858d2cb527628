"""A planted blind region: labels until it is flagged as wrong, and how often others are.

Two in a hundred items lie close together, far from the rest, where the model is sure of the wrong
class. Clusters, flags and the choice of what is checked are those of the service. Nothing is
taught meanwhile, so that only the finding is measured.
"""

from statistics import fmean, median

import numpy as np

from benchmarks.honesty import looking, planted
from benchmarks.honesty.looking import ARMS, RANDOM, SHARES, SPOTS, STEP, Look
from benchmarks.honesty.planted import World
from benchmarks.honesty.site import Site
from benchmarks.selection.rows import Row
from workers.learning import regions

SETS = ("tab_spambase", "tab_magic", "mnist_t10k")
REPLAYS, MOST, LOOKS = 30, 2_000, 20
LEAST_RATIO = 3.0


def run(site: Site) -> list[Row]:
    """Every set: ways to find the region, then what is flagged where there is none."""
    rows: list[Row] = []
    for name in SETS:
        pool, count = site.pool(name), site.count(REPLAYS)
        made = [planted.world(pool, seed, is_planted=True) for seed in range(count)]
        worlds = [world for world in made if world.blind]  # the others have no cluster of its own
        clean = [planted.world(pool, seed, is_planted=False) for seed in range(count)]
        rows += of_worlds(name, worlds, clean)
        site.say(f"blind_region: {name}, {len(worlds)} of {count} regions are a cluster")
    return rows


def of_worlds(name: str, worlds: list[World], clean: list[World]) -> list[Row]:
    """The rows of a set, by its worlds with a region and without."""
    found = {
        arm: [looking.looks(world, arm, seed, MOST) for seed, world in enumerate(worlds)]
        for arm in ARMS
    }
    rows = _ways(name, found)
    for arm in ARMS:
        looks = [looking.looks(world, arm, seed, LOOKS * STEP) for seed, world in enumerate(clean)]
        rows += _false(name, arm, clean, looks)
    return rows


def _ways(name: str, found: dict[str, list[list[Look]]]) -> list[Row]:
    """Labels until the planted region is flagged; `MOST` where it never is."""
    chance, rows = fmean(looks[-1].spent for looks in found[RANDOM]), []
    for arm, all_looks in found.items():
        labels = [looks[-1].spent for looks in all_looks]
        ratio, is_judged = chance / fmean(labels), arm == SPOTS
        note = f"median {median(labels):.0f}; random needs {ratio:.1f} x as many"
        if arm == SHARES:
            told = fmean(looks[-1].checked for looks in all_looks)
            note += f"; {told:.0f} of them coverage and audit"
        rows.append(
            Row(
                what=f"{name}: labels until flagged, {arm}",
                value=fmean(labels),
                seeds=len(labels),
                reference=chance / LEAST_RATIO if is_judged else None,
                reference_of="at most" if is_judged else "",
                is_reached=ratio >= LEAST_RATIO if is_judged else None,
                note=note,
            )
        )
    return rows


def _false(name: str, arm: str, worlds: list[World], found: list[list[Look]]) -> list[Row]:
    """Of what is flagged in pools as they are, what is not so bad in truth.

    The share of the flags at a look, as a mean over looks: what a reader sees at any of them. And
    the share of pools in which any look shows one.
    """
    shares = []
    for world, looks in zip(worlds, found, strict=True):
        false = [{each for each in look.flags if not _is_truly_bad(world, each)} for look in looks]
        shares.append(
            [len(each) / max(1, len(look.flags)) for each, look in zip(false, looks, strict=True)]
        )
    told = {
        f"{name}: false flags at a look, {arm}": fmean(fmean(each[1:]) for each in shares),
        f"{name}: pools with a false flag at any look, {arm}": fmean(any(each) for each in shares),
    }
    return [
        Row(
            what=what,
            value=value,
            seeds=len(worlds),
            reference=regions.FALSE_DISCOVERIES,
            reference_of="at most",
            is_reached=value <= regions.FALSE_DISCOVERIES,
        )
        for what, value in told.items()
    ]


def _is_truly_bad(world: World, cluster: int) -> bool:
    """By all of the cluster, or by its more confident half, which spot checks look at."""
    members = world.clusters == cluster
    sure = members & (world.confidences >= np.median(world.confidences[members]))
    if world.is_wrong[members].mean() > regions.WORSE * world.is_wrong.mean():
        return True
    return any(
        world.is_wrong[some].mean() - (1 - world.confidences[some].mean()) > regions.TOO_SURE
        for some in (members, sure)
    )
