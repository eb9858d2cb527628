"""Regions in which the model is blind: told by labels that chance has chosen, not by its own."""

from typing import Any

import numpy as np
import pytest

from service.store.tables.coverage import Covering
from service.store.tables.reports import Check, Spot
from tests.workers.conftest import Pool
from tests.workers.reports import report

SHARES = {"batch": {"audit_share": 0.0, "coverage_share": 0.5}, "retrain": {"min_labels": 1000}}
HEAPS = 8
BLIND = 5
"""The heap whose items are of the other class than the model takes them for."""


def angles(count: int) -> np.ndarray:
    rng = np.random.default_rng(0)
    heap = np.arange(count) % HEAPS
    return 2 * np.pi * heap / HEAPS + 0.1 + 0.02 * rng.normal(size=count)


def truth(number: int) -> str:
    """Half of the heaps are of each class, but for the blind one among those on the left."""
    heap = number % HEAPS
    return "fine" if heap < HEAPS // 2 or heap == BLIND else "defect"


def ready(pool: Pool, count: int = 400) -> Pool:
    """A version that was taught by every heap but the blind one."""
    pool.make(**SHARES, estimator={"name": "logistic", "C": 1.0}, seed=1)
    points = {
        f"0-{n}": [float(np.cos(at)), float(np.sin(at))] for n, at in enumerate(angles(count))
    }
    pool.api.add_vectors(pool.path, points)
    pool.work()
    taught = [n for n in range(80) if n % HEAPS != BLIND]
    pool.api.label(pool.path, {f"0-{n}": truth(n) for n in taught})
    pool.api.post(f"{pool.path}/runs", {}, 202)
    pool.work()
    return pool


def answer(pool: Pool, batch: Any) -> None:
    pool.api.label(pool.path, {item["key"]: truth(int(item["key"][2:])) for item in batch["items"]})


def again(pool: Pool) -> Any:
    """A new ranking and a new report, by the version that there is."""
    strategy = "margin" if pool.row().strategy == "random" else "random"
    pool.api.call("PATCH", pool.path, json={"strategy": strategy}, headers={"If-Match": "*"})
    pool.work()
    return report(pool)["coverage"]


def test_regions_without_labels_are_uncovered(pool: Pool) -> None:
    ready(pool)

    coverage = report(pool)["coverage"]

    assert coverage["clusters"] == 32
    uncovered = [each for each in coverage["regions"] if "uncovered" in each["flags"]]
    assert coverage["uncovered"] == len(uncovered) > 0
    heaps = {int(key[2:]) % HEAPS for each in uncovered for key in each["examples"]}
    assert BLIND in heaps
    assert all(each["examples"] and each["detail"] for each in coverage["regions"])
    assert coverage["detail"] is None


def test_labels_of_coverage_flag_a_region_that_is_confidently_wrong(pool: Pool) -> None:
    ready(pool)
    for _ in range(4):
        answer(pool, pool.api.batch(pool.path, 40))

    coverage = again(pool)

    grave = [each for each in coverage["regions"] if each["flag"] != "uncovered"]
    assert grave
    for each in grave:
        assert {int(key[2:]) % HEAPS for key in each["examples"]} == {BLIND}
        assert each["wrong"] / each["checked"] > 0.5
        assert each["flag"] in each["flags"]
    checks = pool.rows(Check)
    assert {check.version for check in checks} == {1}
    assert {check.reason for check in checks} == {"coverage"}


def test_a_label_is_compared_with_a_version_that_had_not_seen_it(pool: Pool) -> None:
    ready(pool)
    answer(pool, pool.api.batch(pool.path, 40))
    pool.api.post(f"{pool.path}/runs", {}, 202)
    pool.work()
    answer(pool, pool.api.batch(pool.path, 40))
    pool.api.post(f"{pool.path}/runs", {}, 202)
    pool.work()

    by_version = {check.version for check in pool.rows(Check)}

    assert by_version == {1, 2}
    wrong = [
        check
        for check in pool.rows(Check)
        if check.version == 1 and check.position % HEAPS == BLIND
    ]
    assert wrong
    assert all(check.predicted == 1 and truth(check.position) == "fine" for check in wrong)


def test_what_the_strategy_chose_is_no_evidence_of_a_region(pool: Pool) -> None:
    ready(pool)
    pool.api.label(pool.path, {f"0-{n}": truth(n) for n in range(80, 200)})

    coverage = again(pool)

    assert pool.rows(Check) == []
    assert {each["flag"] for each in coverage["regions"]} <= {"uncovered"}


def test_what_is_to_be_checked_is_free_sure_and_of_all_regions(pool: Pool) -> None:
    ready(pool)

    spots = pool.rows(Spot)

    assert len(spots) > 50
    assert len({spot.position for spot in spots}) == len(spots)
    assert all(0 < spot.probability <= 1 for spot in spots)
    labelled = {n for n in range(80) if n % HEAPS != BLIND}
    assert not labelled & {spot.position for spot in spots}
    assert not any(spot.is_suspect for spot in spots)


@pytest.mark.parametrize("more", [{"input": {"type": "scores"}}], ids=["no features"])
def test_items_without_features_have_no_regions(pool: Pool, more: dict[str, Any]) -> None:
    pool.make(**SHARES, **more)
    items = [{"key": f"i{n}"} for n in range(20)]
    pool.api.post(f"{pool.path}/items", {"items": items}, 201)
    pool.work()
    lines = "".join(
        f'{{"key": "i{n}", "probabilities": {{"fine": 0.2, "defect": 0.8}}}}\n' for n in range(20)
    )
    response = pool.api.call(
        "PUT",
        f"{pool.path}/predictions",
        data=lines,
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert response.status_code == 202, response.get_data(as_text=True)
    pool.work()

    coverage = report(pool)["coverage"]

    assert coverage["clusters"] is None
    assert "no vectors" in coverage["detail"]


def test_spot_checks_find_a_blind_region(pool: Pool) -> None:
    ready(pool)

    flagged: list[Any] = []
    for _ in range(5):
        answer(pool, pool.api.post(f"{pool.path}/spot-checks", {"annotator": "ana"}, 201))
        flagged = [each for each in again(pool)["regions"] if each["flag"] == "overconfident"]
        if flagged:
            break

    assert flagged
    for each in flagged:
        assert {int(key[2:]) % HEAPS for key in each["examples"]} == {BLIND}
        assert "sure of itself" in each["detail"]
    assert {check.reason for check in pool.rows(Check)} == {"spot_check"}
    assert any(spot.is_suspect for spot in pool.rows(Spot))


def test_coverage_goes_where_a_sure_prediction_was_found_wrong(pool: Pool) -> None:
    ready(pool)
    again(pool)
    before = blind_of_coverage(pool)
    answer(pool, pool.api.batch(pool.path, 20))

    again(pool)  # the report that sees it comes behind this ranking, and before the next
    again(pool)

    found = {spot.position % HEAPS for spot in pool.rows(Spot) if spot.is_suspect}
    assert found == {BLIND}
    assert blind_of_coverage(pool) >= 10 > before


def blind_of_coverage(pool: Pool) -> int:
    """How many of the next twenty coverage items are of the blind heap."""
    used = pool.row().ranking_id
    rows = sorted(
        (row for row in pool.rows(Covering) if row.ranking_id == used), key=lambda row: row.place
    )
    return sum(row.position % HEAPS == BLIND for row in rows[:20])
