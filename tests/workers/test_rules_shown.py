"""Each ranking says which rule it was made by, and why."""

import pytest

from service.store.tables.learning import Run
from tests.workers.conftest import Pool

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
COLD = {
    "name": "cold_start",
    "why": "there is no model yet, so items that stand for many others come first",
}


def shown(pool: Pool) -> dict[str, str] | None:
    """The rule as the project shows it."""
    rule: dict[str, str] | None = pool.api.get(pool.path)["ranking"]["rule"]
    return rule


def test_the_first_order_of_a_pool_has_no_rule_and_the_next_one_has(pool: Pool) -> None:
    pool.make().add(30)
    before = shown(pool)
    pool.work()

    assert before is None
    assert shown(pool) == COLD
    assert pool.api.batch(pool.path, 2)["ranking"]["rule"] == COLD
    assert pool.api.get(f"{pool.path}/ranking")["ranking"]["rule"] == COLD


def test_the_rule_follows_the_labels(pool: Pool) -> None:
    pool.make(retrain={"min_labels": 10}).add(60)
    pool.work()
    names = [shown(pool)["name"]]
    for first in (0, 10, 20):
        pool.label(*range(first, first + 10))
        pool.work()
        names.append(shown(pool)["name"])

    assert names == ["cold_start", "few_labels", "few_labels", "few_labels"]


def test_rare_positives_and_goals_choose_other_rules(pool: Pool) -> None:
    pool.make(retrain={"min_labels": 60}, estimator="logistic").add(120)
    pool.work()
    fine = [n for n in range(120) if pool.side(f"0-{n}") == "fine"][:40]
    defect = [n for n in range(120) if pool.side(f"0-{n}") == "defect"][:3]
    pool.label(*fine, *defect)
    pool.api.post(f"{pool.path}/runs", {}, 202)
    pool.work()
    rare = shown(pool)

    goal = {"type": "recall", "positive": "defect", "target": 0.9}
    pool.api.call("PATCH", pool.path, json={"goal": goal}, headers={"If-Match": "*"})
    pool.work()

    assert rare == {
        "name": "rare_positives",
        "why": "class 'defect' has 3 of 43 labels, so its likeliest items and the most doubtful "
        "ones take turns",
    }
    assert shown(pool) == {
        "name": "find_all",
        "why": "every item of class 'defect' is sought, so the likeliest come first",
    }


def test_while_a_class_has_no_label_the_rule_asks_for_seeds(pool: Pool) -> None:
    task = {"type": "classification", "classes": ["fine", "defect", "dent"]}
    pool.make(task=task, retrain={"min_labels": 10}).add(40)
    pool.work()
    pool.label(*range(10))
    pool.work()

    assert shown(pool)["why"].endswith(
        "; no item of class 'dent' is labelled yet: search for some and label them"
    )


def test_a_run_keeps_the_rule_that_it_scored_by(pool: Pool) -> None:
    pool.make(strategy="hybrid", retrain={"min_labels": 10}).add(40)
    pool.work()
    pool.label(*range(10))
    pool.work(until=pool.queue.sent[0][0].RANK)
    pool.api.call("PATCH", pool.path, json={"strategy": "entropy"}, headers={"If-Match": "*"})

    stage, ids = pool.queue.sent[0]
    pool.queue.sent = [(stage, ids)]
    run = next(run for run in pool.rows(Run) if run.id == ids[0])
    before = run.rule
    pool.work(until=stage.SCORE)

    assert before["strategy"] == "hybrid"
    assert pool.api.get(pool.path)["ranking"]["strategy"] == "hybrid"
    pool.work()
    assert pool.api.get(pool.path)["ranking"]["strategy"] == "entropy"


def test_many_people_who_each_hold_little_get_chance_in_their_order(
    pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.learning.regimes.MANY_ANNOTATORS", 5)
    pool.make(retrain={"min_labels": 20}).add(120)
    pool.work()
    people = [f"p{n}" for n in range(6)]
    for name in people:
        pool.api.batch(pool.path, 1, annotator=name)
    held = [row["key"] for row in pool.api.get(f"{pool.path}/items?state=leased")["data"]]
    pool.label(*[n for n in range(120) if f"0-{n}" not in held][:20])
    pool.work()
    first = pool.order()
    pool.api.post(f"{pool.path}/runs", {}, 202)
    pool.work()

    assert shown(pool) == {
        "name": "many_annotators",
        "why": "6 people label a few items each, so chance sets those apart",
    }
    assert pool.order() != first
    assert sorted(pool.order()) == sorted(first)
