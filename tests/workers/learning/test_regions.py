"""Flags of regions: found where a model is wrong and sure, and seldom where it is not."""

import numpy as np
import pytest

from workers.learning import regions
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


def judge(known: Checks) -> list[regions.Region]:
    sizes = np.full(CLUSTERS + 1, 200)
    return regions.found(sizes, np.full(CLUSTERS + 1, 50), known)


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

    found = regions.found(np.array([100, 100]), np.array([labels, 5]), none)

    assert (Flag.UNCOVERED in found[0].flags) == is_uncovered
    assert found[1].flags == ()


def test_a_cluster_of_two_needs_no_third_label() -> None:
    none = checks(np.zeros(0, np.int64), np.zeros(0), np.zeros(0, dtype=bool))

    found = regions.found(np.array([2, 100]), np.array([2, 5]), none)

    assert found[0].flags == ()


def test_the_error_overall_counts_each_cluster_by_its_size() -> None:
    """Of the second, which is a tenth of the pool, most was checked, and all of that is wrong."""
    known = checks(np.repeat([0, 1], [20, 80]), np.full(100, 0.9), np.arange(100) < 20)
    sizes = np.array([900, 100])

    assert regions.error_of(sizes, known) == pytest.approx(0.1, abs=0.01)
    assert regions.found(sizes, sizes, known)[1].flags == (Flag.OVERCONFIDENT, Flag.BAD)


@pytest.mark.parametrize(
    ("confidence", "right", "is_suspicious"),
    [
        (0.95, [False], True),
        (0.95, [False, True], False),
        (0.95, [False, False, True], True),
        (0.95, [False, False, True, True], False),
        (0.75, [False], False),
        (0.75, [False, False], True),
        (0.95, [True], False),
    ],
)
def test_a_region_is_suspicious_until_right_predictions_say_otherwise(
    confidence: float, right: list[bool], is_suspicious: bool
) -> None:
    count = len(right)
    known = checks(np.full(count, 3), np.full(count, confidence), np.array(right))

    found = regions.suspicion(judge(known))

    assert [each.cluster for each in found] == ([3] if is_suspicious else [])


def test_what_is_not_decided_is_more_suspicious_than_what_is_flagged() -> None:
    clusters = np.repeat([2, 5, 9], [12, 1, 2])
    known = checks(clusters, np.full(15, 0.97), np.zeros(15, dtype=bool))

    judged = judge(known)

    assert grave(judged) == {2}
    assert [each.cluster for each in regions.suspicion(judged)] == [9, 5, 2]
