"""Flags of regions: found where a model is wrong and sure, and seldom where it is not."""

import numpy as np
import pytest

from workers.learning import regions, spotting
from workers.learning.regions import Checks, Flag

CLUSTERS, ITEMS = 32, 6_400


def world(rng: np.random.Generator, *, blind: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Clusters, confidences, whether right: calibrated, but for a small cluster that may be."""
    clusters = rng.integers(0, CLUSTERS, ITEMS)
    confidences = rng.beta(12, 1, ITEMS)
    is_right = rng.random(ITEMS) < confidences
    if blind:
        clusters[:128] = CLUSTERS
        is_right[:128] = rng.random(128) < 0.1
    return clusters, confidences, is_right


def checks(
    clusters: np.ndarray, confidences: np.ndarray, is_right: np.ndarray, *, uniform: bool = True
) -> Checks:
    return Checks(
        clusters=clusters,
        is_wrong=~is_right,
        confidences=confidences,
        is_uniform=np.full(len(clusters), uniform),
    )


def judge(known: Checks, *, error: float = 0.08) -> list[regions.Region]:
    sizes = np.full(CLUSTERS + 1, 200)
    return regions.found(sizes, np.full(CLUSTERS + 1, 50), known, error=error)


def grave(found: list[regions.Region]) -> set[int]:
    return {each.cluster for each in found if {Flag.BAD, Flag.OVERCONFIDENT} & set(each.flags)}


def test_a_region_that_is_confidently_wrong_is_flagged_and_others_are_not() -> None:
    world_of = world(np.random.default_rng(0), blind=True)
    some = np.concatenate([np.arange(10), np.arange(1_000, 1_640)])

    found = judge(checks(*(each[some] for each in world_of)))

    assert grave(found) == {CLUSTERS}
    assert set(found[CLUSTERS].flags) == {Flag.OVERCONFIDENT, Flag.BAD}
    assert found[CLUSTERS].error is not None
    assert found[CLUSTERS].error.low > 0.3


def test_clean_pools_are_seldom_flagged() -> None:
    flagged = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        some = rng.choice(ITEMS, 400, replace=False)
        flagged += bool(grave(judge(checks(*(e[some] for e in world(rng, blind=False))))))

    assert flagged / 200 <= regions.FALSE_DISCOVERIES


def test_spot_checks_say_nothing_of_how_often_a_region_is_wrong() -> None:
    right = np.zeros(12, dtype=bool)

    found = judge(
        checks(np.full(12, 3), np.full(12, 0.95), right, uniform=False),
    )[3]

    assert found.error is None
    assert (found.checked, found.wrong) == (12, 12)
    assert found.flags == (Flag.OVERCONFIDENT,)


@pytest.mark.parametrize(("labels", "is_uncovered"), [(2, True), (3, False)])
def test_a_cluster_with_few_labels_is_uncovered(labels: int, is_uncovered: bool) -> None:
    none = checks(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, dtype=bool))

    found = regions.found(np.array([100, 100]), np.array([labels, 5]), none, error=0.1)

    assert (Flag.UNCOVERED in found[0].flags) == is_uncovered
    assert found[1].flags == ()


def test_a_cluster_of_two_needs_no_third_label() -> None:
    none = checks(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, dtype=bool))

    found = regions.found(np.array([2, 100]), np.array([2, 5]), none, error=0.1)

    assert found[0].flags == ()


def labels_until_flagged(seed: int, *, spot: bool) -> int:
    """Checks until the blind cluster is flagged: by spot checks, or of items drawn at random."""
    rng = np.random.default_rng(seed)
    clusters, confidences, is_right = world(rng, blind=True)
    order, known = rng.permutation(ITEMS), np.zeros(0, np.int64)
    while len(known) < 1_000:
        found = judge(
            checks(clusters[known], confidences[known], is_right[known], uniform=not spot)
        )
        if CLUSTERS in grave(found):
            break
        free = np.setdiff1d(order, known)
        suspects = [each.cluster for each in regions.suspicion(found)]
        drawn = spotting.order(clusters[free], free, confidences[free], suspects, count=20, rng=rng)
        more = drawn.positions if spot else order[len(known) : len(known) + 20]
        known = np.concatenate([known, more])
    return len(known)


def test_spot_checks_find_a_blind_region_with_a_third_of_the_labels_of_chance() -> None:
    spot = [labels_until_flagged(seed, spot=True) for seed in range(40)]
    chance = [labels_until_flagged(seed, spot=False) for seed in range(40)]

    assert 3 * np.median(spot) <= np.median(chance)


def test_half_of_what_is_checked_is_of_suspicious_regions_and_nothing_twice() -> None:
    rng = np.random.default_rng(0)
    clusters, confidences, _ = world(rng, blind=False)
    positions = np.arange(ITEMS)

    found = spotting.order(clusters, positions, confidences, [7, 9], count=60, rng=rng)

    assert found.is_suspect.sum() == 30
    assert set(clusters[found.positions[found.is_suspect == 1]]) == {7, 9}
    assert len(set(found.positions.tolist())) == 60
    assert (found.confidences >= np.median(confidences)).all()
    assert ((found.probabilities > 0) & (found.probabilities < 1)).all()


def test_a_small_region_is_looked_into_as_soon_as_a_large_one() -> None:
    clusters = np.repeat([0, 1], [1_990, 10])
    counts = np.zeros(2, np.int64)
    for seed in range(100):
        rng = np.random.default_rng(seed)
        confidences = rng.random(2_000)
        found = spotting.order(clusters, np.arange(2_000), confidences, [], count=2, rng=rng)
        counts += np.bincount(clusters[found.positions], minlength=2)

    assert 60 <= counts[1] <= 140
