"""What is to be asked again is found by the workers, and comes in batches."""

from typing import Any

import numpy as np

from service.store.tables.coverage import Recheck
from service.store.tables.learning import Version
from tests.workers.conftest import Pool
from workers.pool import heldout, opinions


def several(pool: Pool, items: int, **more: Any) -> Pool:
    """Points that three people may label, of which one has labelled some."""
    settings: dict[str, Any] = {"labels_per_item": 3, "retrain": {"min_labels": 40}}
    pool.make(**settings | more).add(items)
    pool.work()
    return pool


def wrongly(pool: Pool, *numbers: int, annotator: str) -> None:
    """Label points with the class that they are not."""
    other = {"fine": "defect", "defect": "fine"}
    answers = {f"0-{n}": other[pool.side(f"0-{n}")] for n in numbers}
    pool.api.label(pool.path, answers, annotator)


def far(pool: Pool, count: int) -> list[int]:
    """Points far from the border, of which nobody is in doubt."""
    points = np.random.default_rng(0).normal(size=(count, 2))
    return [n for n in range(count) if abs(points[n, 0]) > 0.5]


def test_a_wrong_label_is_doubted_and_goes_to_another_person(pool: Pool) -> None:
    several(pool, 120)
    wrong = far(pool, 60)[:2]
    pool.label(*(n for n in range(60) if n not in wrong))
    wrongly(pool, *wrong, annotator="ben")

    pool.work()

    rows = sorted(
        (row for row in pool.rows(Recheck) if row.kind == "activelab"), key=lambda row: row.place
    )
    assert set(wrong) <= {row.position for row in rows[:10]}
    assert all(row.position < 60 and 0 < row.score < 1 for row in rows)
    served = pool.api.batch(pool.path, 40, "cleo")["items"]
    again = {item["key"] for item in served if item["reason"] == "relabel"}
    assert {f"0-{n}" for n in wrong} <= again
    assert len(again) <= 12


def test_items_with_one_label_are_repeated_once_two_people_have_labelled(pool: Pool) -> None:
    several(pool, 120)
    pool.label(*range(45))
    pool.work()
    assert [row for row in pool.rows(Recheck) if row.kind == "blind_repeat"] == []

    pool.api.label(pool.path, {f"0-{n}": pool.side(f"0-{n}") for n in range(40, 90)}, "ben")
    pool.work()

    used = pool.row().ranking_id
    rows = [row for row in pool.rows(Recheck) if row.kind == "blind_repeat"]
    assert {row.ranking_id for row in rows} == {used}
    once = {*range(40), *range(45, 90)}
    assert {row.position for row in rows} == once
    assert {row.probability for row in rows} == {1 / len(once)}


def test_what_is_labelled_is_in_no_ranking_and_what_has_all_labels_is_not_asked_again(
    pool: Pool,
) -> None:
    several(pool, 100)
    for annotator in ("ana", "ben", "cleo"):
        answers = {f"0-{n}": pool.side(f"0-{n}") for n in range(10)}
        pool.api.label(pool.path, answers, annotator)
    pool.label(*range(10, 50))

    pool.work()

    assert not {f"0-{n}" for n in range(50)} & set(pool.order())
    assert len(pool.order()) == 50
    assert not {row.position for row in pool.rows(Recheck)} & set(range(10))


def test_the_version_keeps_what_others_without_an_item_say_of_it(pool: Pool) -> None:
    several(pool, 100)
    pool.label(*range(50))

    pool.work()

    version = pool.rows(Version)[0]
    assert version.held_out is not None
    held = heldout.read(pool.runtime.blobs, version.held_out)
    assert held.positions.tolist() == list(range(50))
    assert np.allclose(held.proba.sum(axis=1), 1, atol=1e-5)
    truth = [["fine", "defect"].index(pool.side(f"0-{n}")) for n in range(50)]
    assert np.mean(held.proba.argmax(axis=1) == truth) > 0.8


def test_one_label_an_item_needs_none_of_this(pool: Pool) -> None:
    several(pool, 100, labels_per_item=1)
    pool.label(*range(50))

    pool.work()

    assert pool.rows(Recheck) == []


def test_versions_are_asked_about_the_same_unlabelled_items(pool: Pool) -> None:
    several(pool, 100, labels_per_item=1)
    pool.label(*range(40))
    pool.work()
    pool.label(*range(40, 80))
    pool.work()

    first, second = (
        opinions.read(pool.runtime.blobs, version.stop_set)
        for version in sorted(pool.rows(Version), key=lambda each: each.number)
    )
    assert first.positions.tolist() == second.positions.tolist() == list(range(40, 100))
    assert np.mean(first.said == second.said) > 0.7
    pool.add(60, seed=1)
    pool.label(*range(80, 100))
    pool.label(*range(20), seed=1)
    pool.work()
    third = opinions.read(
        pool.runtime.blobs, max(pool.rows(Version), key=lambda each: each.number).stop_set
    )
    assert third.pool == 160
    assert not set(third.positions.tolist()) & set(range(100))


def test_what_old_rankings_asked_again_is_dropped_with_their_rows(pool: Pool) -> None:
    several(pool, 200, retrain={"min_labels": 10, "share": 0.0})
    pool.api.label(pool.path, {"0-199": pool.side("0-199")}, "ben")
    used = []
    for first in range(0, 60, 15):
        pool.label(*range(first, first + 15))
        pool.work()
        used.append(pool.row().ranking_id)

    assert {row.ranking_id for row in pool.rows(Recheck)} <= set(used[-2:])
    assert used[-1] in {row.ranking_id for row in pool.rows(Recheck)}
