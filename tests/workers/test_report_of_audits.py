"""Audits that begin late or end, as their reports tell it; labels saved, by their labels."""

from tests.workers.conftest import Pool
from tests.workers.reports import ITEMS, learn, others, ready, report, reserve


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


def test_labels_saved_need_a_hundred_audit_labels_and_say_what_they_are_compared_with(
    pool: Pool,
) -> None:
    ready(pool)
    pool.label(*reserve(pool)[:90], *others(pool)[:20])
    before = learn(pool)["labels_saved"]
    left = reserve(pool)[90:]

    pool.label(*left)
    after = learn(pool)["labels_saved"]

    assert before["random_would_need"] is None
    assert "90 audit labels" in before["detail"]
    if len(left) >= 10:  # so large a reserve there is nearly always
        assert (after["used"], after["audit_labels"]) == (20, 90 + len(left))
        assert after["detail"]
        assert after["limits"]
