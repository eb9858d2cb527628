"""Spot checks: where they look, how soon they find a blind region, what they flag by chance."""

import numpy as np

from workers.learning import regions, spotting
from workers.learning.regions import Checks, Flag

CLUSTERS, ITEMS, BATCH = 33, 6_600, 20
BLIND = CLUSTERS - 1
World = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Clusters, confidences, whether right."""


def world(rng: np.random.Generator, *, gap: float = 0.0, blind: bool = False) -> World:
    """Confidences too high by a gap in each cluster; one that may be wrong throughout."""
    clusters = np.arange(ITEMS) % CLUSTERS
    confidences = rng.uniform(0.8, 1.0, ITEMS)
    is_right = rng.random(ITEMS) < confidences - gap
    if blind:
        is_right[clusters == BLIND] = False
    return clusters, confidences, is_right


def judge(made: World, known: np.ndarray) -> list[regions.Region]:
    clusters, confidences, is_right = (each[known] for each in made)
    sizes = np.bincount(made[0])
    is_spot = np.zeros(len(known), dtype=bool)
    given = Checks(
        clusters=clusters, is_wrong=~is_right, confidences=confidences, is_uniform=is_spot
    )
    return regions.found(sizes, sizes, given)


def looks(made: World, rng: np.random.Generator, *, spot: bool, most: int) -> list[set[int]]:
    """What is called overconfident after each batch, until that is the blind cluster."""
    clusters, confidences, _ = made
    known, found = np.zeros(0, np.int64), list[set[int]]()
    while len(known) <= most and not (found and BLIND in found[-1]):
        judged = judge(made, known)
        found.append({each.cluster for each in judged if Flag.OVERCONFIDENT in each.flags})
        free = np.setdiff1d(np.arange(ITEMS), known)
        more = rng.choice(free, BATCH, replace=False)
        if spot:
            checked = regions.by_cluster(judged, lambda each: each.checked)
            suspects = [each.cluster for each in regions.suspicion(judged)]
            given = (clusters[free], free, confidences[free], checked, suspects)
            more = spotting.order(*given, count=BATCH, rng=rng).positions
        known = np.concatenate([known, more])
    return found


def test_spot_checks_find_a_blind_region_with_a_third_of_the_labels_of_chance() -> None:
    def labels(seed: int, *, spot: bool) -> int:
        rng = np.random.default_rng(seed)
        made = world(rng, blind=True)
        return BATCH * (len(looks(made, rng, spot=spot, most=1_000)) - 1)

    spot = [labels(seed, spot=True) for seed in range(30)]
    chance = [labels(seed, spot=False) for seed in range(30)]

    assert 3 * np.mean(spot) <= np.mean(chance)


def test_looking_again_and_again_where_it_seems_bad_flags_few_pools_by_chance() -> None:
    """All clusters are as overconfident as is still in order: the hardest case there is."""
    flagged = 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        made = world(rng, gap=regions.TOO_SURE)
        flagged += any(looks(made, rng, spot=True, most=300))

    assert flagged <= 3  # more than a tenth of 30 would be too many


def test_half_of_what_is_checked_is_of_suspicious_regions_and_nothing_twice() -> None:
    rng = np.random.default_rng(0)
    clusters, confidences, _ = world(rng)
    none = np.zeros(CLUSTERS, np.int64)

    found = spotting.order(clusters, np.arange(ITEMS), confidences, none, [7, 9], count=60, rng=rng)

    assert found.is_suspect.sum() == 30
    assert np.bincount(clusters[found.positions[found.is_suspect]])[[7, 9]].tolist() == [15, 15]
    assert len(set(found.positions.tolist())) == 60


def test_the_region_with_the_fewest_checks_is_next_whatever_its_size() -> None:
    clusters = np.repeat([0, 1, 2], [1_900, 60, 40])
    confidences = np.random.default_rng(0).random(2_000)
    first = np.zeros(3, np.int64)
    for seed in range(300):
        found = spotting.order(
            clusters,
            np.arange(2_000),
            confidences,
            np.array([0, 1, 0]),
            [],
            count=5,
            rng=np.random.default_rng(seed),
        )
        order = clusters[found.positions]
        first[order[0]] += 1
        assert sorted(order[:2]) == [0, 2]
        assert sorted(order[2:]) == [0, 1, 2]

    assert first[1] == 0
    assert 110 <= first[0] <= 190


def test_within_a_region_the_surer_half_is_checked_however_sure_others_are() -> None:
    clusters, positions = np.repeat([0, 1], [10, 11]), np.arange(100, 121)
    confidences = np.concatenate([np.linspace(0.3, 0.4, 10), np.linspace(0.9, 1.0, 11)])

    found = spotting.order(
        clusters,
        positions,
        confidences,
        np.zeros(2, np.int64),
        [],
        count=50,
        rng=np.random.default_rng(0),
    )

    assert sorted(found.positions.tolist()) == [*range(105, 110), *range(115, 121)]
    assert sorted(found.probabilities[clusters[found.positions - 100] == 0]) == [
        1 / 5,
        1 / 4,
        1 / 3,
        1 / 2,
        1.0,
    ]
