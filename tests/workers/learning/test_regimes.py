"""The table of `auto`, a situation a row, and what strategies are that are asked for by name."""

import dataclasses
import itertools
from typing import Any

import orjson
import pytest

from service.domain.catalogue import GoalType, Strategy
from tests.workers.pools import rule, situation
from workers.learning import regimes, rules, strategies
from workers.learning.rules import Features, Spread

MANY = [f"c{n}" for n in range(77)]
RECALL = {"goal": GoalType.RECALL, "positive": 1}


@pytest.mark.parametrize(
    ("given", "name", "strategy"),
    [
        ({"has_version": False, "labels": [0, 0]}, "cold_start", "uherding"),
        ({"has_version": False, "features": Features.NONE}, "cold_start", "random"),
        ({"labels": [9, 9]}, "few_labels", "uherding"),
        ({"labels": [10, 10]}, "few_labels", "uherding"),
        ({"labels": [150, 149]}, "few_labels", "uherding"),
        ({"labels": [150, 150]}, "many_labels", "margin_diversified"),
        ({"labels": [2] * 76 + [1], "classes": MANY}, "few_labels", "uherding"),
        ({"labels": [19] * 77, "classes": MANY}, "few_labels", "uherding"),
        ({"labels": [20] * 77, "classes": MANY}, "many_labels", "margin_diversified"),
        ({"labels": [2, 2], "features": Features.SPARSE}, "texts", "margin_distinct"),
        ({"features": Features.NONE}, "scores_alone", "margin"),
        ({"labels": [1, 1], "features": Features.NONE}, "scores_alone", "margin"),
        ({"labels": [0, 0], "is_brought": True}, "many_labels", "margin_diversified"),
        ({"labels": [91, 9]}, "rare_positives", "hybrid"),
        ({"labels": [90, 10]}, "few_labels", "uherding"),
        ({"labels": [91, 9], "goal": GoalType.ACCURACY}, "rare_positives", "hybrid"),
        ({"labels": [91, 9, 300], "classes": ["a", "b", "c"]}, "many_labels", "margin_diversified"),
        ({"labels": [91, 9]} | RECALL, "find_all", "most_likely"),
        ({"labels": [9, 1]} | RECALL, "find_all", "most_likely"),
        ({"labels": [9, 0]} | RECALL, "few_labels", "uherding"),
        ({"batch_size": 500}, "large_batches", "cluster_margin"),
        ({"batch_size": 499}, "many_labels", "margin_diversified"),
        ({"batch_size": 500, "features": Features.SPARSE}, "large_batches", "cluster_margin"),
        ({"batch_size": 1, "annotators": 20}, "many_annotators", "power_margin"),
        ({"batch_size": 1, "annotators": 19}, "many_labels", "margin_diversified"),
        ({"batch_size": 10, "annotators": 20}, "many_labels", "margin_diversified"),
    ],
    ids=str,
)
def test_each_situation_has_its_row(given: dict[str, Any], name: str, strategy: str) -> None:
    chosen = rule(**given)

    assert (chosen.name, chosen.strategy) == (name, strategy)


def test_every_situation_has_a_rule_that_can_be_kept_as_json() -> None:
    every = itertools.product(
        Strategy,
        [False, True],
        Features,
        [[0, 0], [1, 0], [5, 5], [99, 1], [400, 400]],
        [None, GoalType.ACCURACY, GoalType.RECALL],
        [1, 10, 1000],
        [0, 50],
        [1, 10**7],
    )
    for strategy, has_version, features, labels, goal, batch_size, annotators, pool in every:
        chosen = rule(
            strategy=strategy,
            has_version=has_version,
            features=features,
            labels=labels,
            goal=goal,
            positive=0 if goal is GoalType.RECALL else None,
            batch_size=batch_size,
            annotators=annotators,
            pool_size=pool,
        )
        assert rules.unpack(orjson.loads(orjson.dumps(rules.pack(chosen)))) == chosen
        assert {chosen.scorer, chosen.second or "margin"} <= set(strategies.SCORERS)
        assert has_version or chosen.spread.is_of_all
        assert features is not Features.NONE or not chosen.looks_at_features
        assert len(chosen.strategy) <= 30
        assert len(chosen.scoring) <= 30
        assert len(chosen.why) < 300


@pytest.mark.parametrize(
    ("strategy", "spread", "scorer"),
    [
        ("margin", Spread.BY_SCORE, "margin"),
        ("entropy", Spread.BY_SCORE, "entropy"),
        ("least_confident", Spread.BY_SCORE, "least_confident"),
        ("random", Spread.BY_SCORE, "random"),
        ("most_likely", Spread.BY_SCORE, "most_likely"),
        ("hybrid", Spread.TURNS, "margin"),
        ("uherding", Spread.HERDING, "margin"),
        ("diverse", Spread.ALL_KMEANS, "margin"),
        ("typiclust", Spread.ALL_TYPICAL, "margin"),
    ],
)
@pytest.mark.parametrize("given", [{}, {"labels": [3, 1]}, {"batch_size": 900}, RECALL], ids=str)
def test_a_strategy_asked_for_by_name_is_what_it_is_in_every_situation(
    strategy: str, spread: Spread, scorer: str, given: dict[str, Any]
) -> None:
    chosen = rule(strategy=Strategy(strategy), **given)

    assert (chosen.strategy, chosen.spread, chosen.scorer) == (strategy, spread, scorer)
    assert (chosen.name, chosen.cap, chosen.likeness) == ("asked_for", None, None)
    assert chosen.why == f"{strategy} was asked for"


@pytest.mark.parametrize(
    ("strategy", "spread"),
    [
        ("random", Spread.ALL_CHANCE),
        ("uherding", Spread.ALL_HERDING),
        ("typiclust", Spread.ALL_TYPICAL),
        ("hybrid", Spread.ALL_HERDING),
        ("margin", Spread.ALL_HERDING),
    ],
)
def test_before_a_model_a_strategy_is_what_comes_nearest_to_it(
    strategy: str, spread: Spread
) -> None:
    chosen = rule(strategy=Strategy(strategy), has_version=False)

    assert chosen.spread is spread
    assert ("needs a model" in chosen.why) == (strategy in ("hybrid", "margin"))


def test_while_a_class_has_no_label_seeds_are_asked_for() -> None:
    classes = ["fine", "scratch", "dent"]

    one = rule(classes=classes, labels=[30, 30, 0])
    two = rule(classes=classes, labels=[30, 0, 0], has_version=False)
    none_yet = rule(classes=classes, labels=[0, 0, 0], has_version=False)
    many = rule(classes=MANY, labels=[5] * 10 + [0] * 67)
    named = rule(strategy=Strategy.MARGIN, classes=classes, labels=[30, 30, 0])

    asks = "no item of class 'dent' is labelled yet: search for some and label them"
    assert one.why.endswith(f"; {asks}")
    assert "no items of the classes 'scratch', 'dent' are labelled yet" in two.why
    assert "labelled yet" not in none_yet.why
    assert "'c10', 'c11', 'c12', 'c13', 'c14' and 62 more are labelled yet" in many.why
    assert named.why == f"margin was asked for; {asks}"


@pytest.mark.parametrize(("labels", "positive"), [([9, 20], 0), ([20, 9], 1), ([9, 9], 1)])
def test_hybrid_seeks_the_rarer_class_unless_the_goal_names_one(
    labels: list[int], positive: int
) -> None:
    assert rule(strategy=Strategy.HYBRID, labels=labels).positive == positive
    assert rule(strategy=Strategy.HYBRID, labels=labels, positive=0).positive == 0


def test_orders_that_depend_on_other_scores_are_told_apart() -> None:
    every = [
        rule(strategy=strategy, positive=positive).scoring
        for strategy, positive in itertools.product(
            [Strategy.MARGIN, Strategy.ENTROPY, Strategy.MOST_LIKELY, Strategy.HYBRID], [0, 1]
        )
    ]

    assert len(set(every)) == 6
    assert rule().scoring == rule(strategy=Strategy.MARGIN).scoring == "margin"


@pytest.mark.parametrize(("classes", "cap"), [(19, None), (20, 8), (77, 2)])
def test_many_classes_cap_those_that_crowd_a_batch(classes: int, cap: int | None) -> None:
    given: dict[str, Any] = {"classes": MANY[:classes], "batch_size": 50}

    assert rule(labels=[50] * classes, **given).cap == cap
    assert rule(labels=[10] * classes, **given).cap == cap


def test_a_situation_is_all_that_matters() -> None:
    case = situation(labels=[40, 7])

    assert regimes.decide(case) == regimes.decide(dataclasses.replace(case))
