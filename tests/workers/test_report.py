"""The report behind a ranking: made from the audit alone, read from one row."""

import pytest

from service.domain.runs import RunKind, Stage
from service.store.tables.learning import Run
from tests.workers.conftest import Pool
from tests.workers.reports import ITEMS, learn, others, ready, report, reserve


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


def test_items_that_lack_labels_of_more_people_are_told_as_what_is_missing(pool: Pool) -> None:
    ready(pool, labels_per_item=3)
    keys = [f"0-{number}" for number in [*others(pool)[:40], *reserve(pool)[:60]]]
    for who in ("ana", "ben"):
        pool.api.label(pool.path, {key: pool.side(key) for key in keys}, who)

    quality = learn(pool)["quality"]

    assert (quality["accuracy"], quality["audit_labels"]) == (None, 0)
    assert "60 items of the audit have some of the 3 labels" in quality["detail"]


def test_accuracy_is_that_on_the_audit_labels(pool: Pool) -> None:
    ready(pool)
    numbers = reserve(pool)[:80]
    pool.label(*numbers[4:], *others(pool)[:40])
    other = {"fine": "defect", "defect": "fine"}
    pool.api.label(pool.path, {f"0-{n}": other[pool.side(f"0-{n}")] for n in numbers[:4]})

    found = learn(pool)

    said = {
        row["key"]: row["label"]
        for row in pool.api.get(f"{pool.path}/predictions?limit=1000")["data"]
    }
    labels = pool.api.get(f"{pool.path}/labels?limit=1000")["data"]
    audited = [label for label in labels if int(label["key"][2:]) in numbers]
    right = sum(said[label["key"]] == label["value"] for label in audited)

    quality = found["quality"]
    assert quality["audit_labels"] == 80
    assert quality["accuracy"] == right / 80
    assert quality["low"] < quality["accuracy"] < quality["high"]
    assert quality["method"] in {"wilson", "clopper_pearson"}
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


def test_a_label_beside_a_shown_prediction_is_no_evidence(pool: Pool) -> None:
    ready(pool)
    first, *numbers = reserve(pool)[:70]
    pool.label(*numbers, *others(pool)[:20])
    shown = {"key": f"0-{first}", "value": "fine", "annotator": "ana", "prediction_shown": True}
    pool.api.post(f"{pool.path}/labels", {"labels": [shown]}, 202)

    quality = learn(pool)["quality"]

    assert (quality["audit_labels"], quality["unanswerable"]) == (69, 1)
