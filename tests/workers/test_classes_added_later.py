"""A class that comes after the version in use: ranked and reported without a stumble."""

from typing import Any

from tests.workers.conftest import Pool
from tests.workers.reports import learn, others, ready, report

CLASSES = {"type": "classification", "classes": ["fine", "defect", "new"]}
SOUGHT = {"type": "recall", "target": 0.9, "positive": "new"}


def change(pool: Pool, **settings: Any) -> None:
    """Change settings of the project."""
    answer = pool.api.call("PATCH", pool.path, json=settings, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.json


def test_a_pinned_version_ranks_on_when_a_class_that_it_does_not_know_is_sought(
    pool: Pool,
) -> None:
    ready(pool)
    first = others(pool)[:100]
    pool.label(*first)
    learn(pool)
    pin = pool.api.call("PUT", f"{pool.path}/versions/1/pin", headers={"If-Match": "*"})
    assert pin.status_code < 300, pin.json
    pool.work()

    change(pool, task=CLASSES, goal=SOUGHT)
    pool.api.label(pool.path, {f"0-{number}": "new" for number in first[:2]})
    pool.api.post(f"{pool.path}/runs", {}, 202)
    pool.work()

    assert {run["state"] for run in pool.api.get(f"{pool.path}/runs")["data"]} == {"done"}
    assert pool.api.batch(pool.path, 5)["items"]


def test_most_likely_by_name_ranks_on_before_the_class_that_it_seeks_has_a_label(
    pool: Pool,
) -> None:
    ready(pool)
    pool.label(*others(pool)[:100])
    learn(pool)

    change(pool, task=CLASSES, goal=SOUGHT, strategy="most_likely")
    pool.work()

    assert {run["state"] for run in pool.api.get(f"{pool.path}/runs")["data"]} == {"done"}
    assert pool.api.batch(pool.path, 5)["items"]


def test_labels_that_were_moved_to_a_new_class_are_judged_by_versions_that_know_it(
    pool: Pool,
) -> None:
    ready(pool)
    labelled = others(pool)[:200]
    pool.label(*labelled)
    learn(pool)
    change(pool, task=CLASSES)
    moved = [f"0-{number}" for number in labelled if pool.side(f"0-{number}") == "defect"]

    pool.api.label(pool.path, dict.fromkeys(moved, "new"))
    learn(pool)

    assert len(moved) > 50
    suspected = {issue["key"] for issue in report(pool)["label_issues"]}
    assert len(suspected & set(moved)) < 0.1 * len(moved)
