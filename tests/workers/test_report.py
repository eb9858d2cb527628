"""The report behind a ranking: made from the audit alone, read from one row."""

from typing import Any

import pytest

from service.domain.runs import RunKind, Stage
from service.store.tables.learning import Run
from service.store.tables.pool import Item
from tests.workers.conftest import Pool

ITEMS = 600
SHARES = {"batch": {"audit_share": 0.5, "coverage_share": 0.0}, "retrain": {"min_labels": 1000}}


def ready(pool: Pool, **settings: Any) -> Pool:
    """A pool that is registered and ranked."""
    pool.make(**(SHARES | settings)).add(ITEMS)
    pool.work()
    return pool


def reserve(pool: Pool) -> list[int]:
    """Numbers of the reserved items, in the audit order."""
    threshold = pool.row().audit_threshold
    rows = sorted(pool.rows(Item), key=lambda row: row.audit_draw)
    return [int(row.key.split("-")[1]) for row in rows if row.audit_draw < threshold]


def others(pool: Pool) -> list[int]:
    return sorted(set(range(ITEMS)) - set(reserve(pool)))


def learn(pool: Pool) -> Any:
    """Train, rank and report; answer the report."""
    pool.api.post(f"{pool.path}/runs", {}, 202)
    pool.work()
    return report(pool)


def report(pool: Pool) -> Any:
    return pool.api.get(f"{pool.path}/report")


def test_before_there_is_a_version_every_figure_is_null_and_says_why(pool: Pool) -> None:
    ready(pool)
    pool.label(*reserve(pool)[:3])

    found = report(pool)

    assert found["made_at"] is None
    assert (found["quality"]["accuracy"], found["quality"]["audit_labels"]) == (None, 3)
    assert "no model yet" in found["quality"]["detail"]
    assert found["labels_since"] == 3
    for name in ("delivered", "coverage", "stop", "labels_saved"):
        assert found[name]["detail"]


def test_few_audit_labels_give_no_number_and_say_how_many_are_missing(pool: Pool) -> None:
    ready(pool)
    pool.label(*reserve(pool)[:20], *others(pool)[:20])

    quality = learn(pool)["quality"]

    assert (quality["accuracy"], quality["low"], quality["high"]) == (None, None, None)
    assert quality["audit_labels"] == 20
    assert "30 more are needed" in quality["detail"]


def test_accuracy_is_that_on_the_audit_labels(pool: Pool) -> None:
    ready(pool)
    numbers = reserve(pool)[:80]
    pool.label(*numbers[4:], *others(pool)[:40])
    other = {"fine": "defect", "defect": "fine"}
    pool.api.label(pool.path, {f"0-{n}": other[pool.side(f"0-{n}")] for n in numbers[:4]})

    found = learn(pool)

    quality = found["quality"]
    assert quality["audit_labels"] == 80
    assert quality["accuracy"] <= 76 / 80
    assert quality["low"] < quality["accuracy"] < quality["high"]
    assert quality["method"] == "clopper_pearson"
    assert (quality["population"], quality["version"]) == (ITEMS, 1)
    assert quality["needed"]["audit_labels"] > 0
    assert quality["looks"]["number"] == 1
    assert quality["looks"]["low"] < quality["low"]
    assert "trained on 40 others" in quality["sentence"]
    assert [each["class"] for each in quality["classes"]] == ["fine", "defect"]
    assert found["labels_since"] == 0
    assert found["made_at"] is not None


def test_an_item_that_is_still_out_ends_the_sample(pool: Pool) -> None:
    ready(pool)
    numbers = reserve(pool)
    pool.label(*numbers[:60], *numbers[61:90], *others(pool)[:20])

    before = learn(pool)["quality"]["audit_labels"]
    pool.label(numbers[60])
    after = learn(pool)["quality"]["audit_labels"]

    assert (before, after) == (60, 90)


def test_what_is_skipped_bounds_the_accuracy_both_ways(pool: Pool) -> None:
    ready(pool)
    numbers = reserve(pool)
    pool.label(*numbers[:60], *numbers[62:80], *others(pool)[:20])
    for annotator in ("ana", "ben"):
        pool.api.label(pool.path, {f"0-{n}": None for n in numbers[60:62]}, annotator)

    quality = learn(pool)["quality"]

    assert (quality["audit_labels"], quality["unanswerable"]) == (78, 2)
    assert "could not label" in quality["sentence"]
    assert quality["alternatives"] == []


def test_the_curve_judges_earlier_versions_by_later_labels(pool: Pool) -> None:
    ready(pool)
    pool.label(*others(pool)[:10])
    learn(pool)
    pool.label(*others(pool)[10:60])
    learn(pool)
    pool.label(*reserve(pool)[:60])

    curve = learn(pool)["curve"]

    assert [(each["version"], each["labels"]) for each in curve] == [(1, 10), (2, 60), (3, 60)]
    assert {each["audit_labels"] for each in curve} == {60}


def test_delivered_labels_are_those_of_people_and_of_the_model(pool: Pool) -> None:
    ready(pool)
    pool.label(*reserve(pool)[:60], *others(pool)[:40])

    delivered = learn(pool)["delivered"]

    assert delivered["people"] == {"items": 100, "quality": 1.0, "is_assumed": True}
    assert delivered["predicted"]["items"] == ITEMS - 100
    share = (100 + 500 * delivered["predicted"]["quality"]) / 600
    assert delivered["quality"] == pytest.approx(share)
    assert delivered["low"] < delivered["quality"] <= delivered["high"]


def test_a_project_without_an_audit_says_how_to_begin_one(pool: Pool) -> None:
    ready(pool, batch={"audit_share": 0.0, "coverage_share": 0.0})
    pool.label(*range(40))

    quality = learn(pool)["quality"]

    assert quality["accuracy"] is None
    assert "audit_share" in quality["detail"]


def test_one_report_at_a_time_and_none_is_lost(pool: Pool) -> None:
    ready(pool)
    pool.label(*others(pool)[:10])
    pool.api.post(f"{pool.path}/runs", {}, 202)
    pool.work(until=Stage.REPORT)
    waiting = pool.queue.take()
    pool.label(*others(pool)[10:60])
    pool.api.post(f"{pool.path}/runs", {}, 202)
    pool.work()
    pool.queue.sent = waiting
    pool.work()

    reports = [run for run in pool.rows(Run) if run.kind == RunKind.REPORT]
    assert {run.state for run in reports} == {"done"}
    assert len(reports) == 1
    assert pool.api.get(f"{pool.path}/report")["labels_since"] == 0


def test_labels_since_are_counted_as_they_come(pool: Pool) -> None:
    ready(pool)
    pool.label(*others(pool)[:20])
    learn(pool)

    pool.label(*others(pool)[20:25])

    assert report(pool)["labels_since"] == 5


def test_a_reader_may_read_it(pool: Pool) -> None:
    ready(pool)

    reader = pool.api.make_key("reader")

    assert reader.get(f"{pool.path}/report")["curve"] == []


def test_after_a_release_later_versions_have_no_accuracy_and_the_curve_stays(pool: Pool) -> None:
    ready(pool)
    pool.label(*reserve(pool)[:60], *others(pool)[:40])
    before = learn(pool)

    pool.api.post(f"{pool.path}/audit/release", {}, 202)
    pool.work()

    after = report(pool)
    assert before["quality"]["accuracy"] is not None
    assert after["quality"]["accuracy"] is None
    assert "released on 22 November 2026" in after["quality"]["detail"]
    assert after["curve"] == before["curve"]
    assert pool.api.get(pool.path)["version"]["labels"] == 100


def test_an_audit_that_begins_late_speaks_of_what_nobody_had_labelled(pool: Pool) -> None:
    ready(pool, batch={"audit_share": 0.0, "coverage_share": 0.0})
    pool.label(*range(100))
    learn(pool)

    changes = {"batch": {"audit_share": 0.2}}
    pool.api.call("PATCH", pool.path, json=changes, headers={"If-Match": "*"})
    pool.label(*reserve(pool)[:60])

    quality = learn(pool)["quality"]
    assert quality["audit_labels"] == 60
    assert quality["population"] == ITEMS - 100
    assert "before the audit began" in quality["sentence"]
