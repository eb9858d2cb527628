"""Advice follows from its clauses, and says in words what is missing."""

from typing import Any

import numpy as np
import pytest

from workers.learning import clauses, stopping
from workers.learning.clauses import Audited
from workers.learning.extrapolation import Gain
from workers.learning.recall import Total
from workers.learning.stability import Stability
from workers.learning.stopping import Learned, Searched, Word

STABLE = Stability(kappas=(0.5, 0.995, 0.992, 0.999))
GOOD = Audited(labels=400, right=390)


def learned(**given: Any) -> Learned:
    usual: dict[str, Any] = {
        "stability": STABLE,
        "audited": GOOD,
        "gain": Gain(expected=0.01, high=0.03),
        "uncovered": 0.0,
    }
    return Learned(**usual | given)


def test_all_conditions_together_are_reason_to_stop() -> None:
    found = stopping.on_accuracy(learned(), target=0.93)

    assert found.advice is Word.STOP
    assert [(each.name, each.passed) for each in found.clauses] == [
        ("predictions_stable", True),
        ("audit_target", True),
        ("predicted_gain", False),
        ("no_uncovered_region", True),
    ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"stability": Stability(kappas=(0.9, 0.9, 0.9))}, "still change"),
        ({"stability": Stability(kappas=())}, "compared 0 of 3 times"),
        ({"audited": Audited(labels=400, right=370)}, "hardly more than 3.0"),
        ({"audited": Audited(labels=49, right=49)}, "hardly more than 3.0"),
        ({"audited": None, "gain": None}, "Not known yet"),
        ({"uncovered": 0.05}, "5.0% of the pool"),
        ({"uncovered": None}, "not cut into regions"),
    ],
    ids=str,
)
def test_one_condition_that_fails_says_why_to_go_on(given: dict[str, object], words: str) -> None:
    found = stopping.on_accuracy(learned(**given), target=0.93)

    assert found.advice is Word.CONTINUE
    assert words in found.detail


def test_nothing_left_to_gain_is_a_reason_of_its_own_and_says_that_the_target_is_not_shown() -> (
    None
):
    flat = learned(audited=Audited(labels=400, right=300), gain=Gain(expected=0.001, high=0.003))

    found = stopping.on_accuracy(flat, target=0.93)

    assert found.advice is Word.STOP
    assert "not shown that the target is reached" in found.detail


def test_with_a_target_the_curve_is_followed_further() -> None:
    known = learned(audited=Audited(labels=400, right=300), gain=Gain(expected=0.004, high=0.008))

    with_target, without = (stopping.on_accuracy(known, target=each) for each in (0.93, None))

    assert [each.advice for each in (with_target, without)] == [Word.STOP, Word.CONTINUE]
    assert "Twice the labels should add 0.4 points" in with_target.clauses[2].detail
    assert "A tenth more labels should add 0.4 points" in without.clauses[1].detail


def test_without_a_goal_the_clauses_that_make_sense_are_left() -> None:
    found = stopping.on_accuracy(learned(gain=Gain(expected=0.0, high=0.001)), target=None)

    assert found.advice is Word.STOP
    assert "audit_target" not in {each.name for each in found.clauses}


def test_a_search_stops_by_either_test_and_counts_what_was_found() -> None:
    total = Total(found=96, total=103.1, low=98.2, high=117.4)

    by_sample = Searched(sampled=14, reached=14, p_value=0.4, total=total)
    by_order = Searched(sampled=3, reached=3, p_value=0.01, total=total)
    neither = Searched(sampled=14, reached=13, p_value=0.4, total=None)

    for known in (by_sample, by_order):
        found = stopping.on_recall(known, target=0.8)
        assert found.advice is Word.STOP
        assert "Found 96 of an estimated 103 (95 % CI 98-117)." in found.detail
    found = stopping.on_recall(neither, target=0.8)
    assert found.advice is Word.CONTINUE
    assert [each.name for each in found.clauses] == ["sampled_positives", "hypergeometric"]
    few = stopping.on_recall(by_order, target=0.8).clauses[0]
    assert "needs 14" in few.detail


def test_looking_again_and_again_says_too_much_in_5_of_100_projects_at_most() -> None:
    rng, wrong = np.random.default_rng(0), 0
    for _ in range(1000):
        right = np.cumsum(rng.random(800) < 0.9)
        looks = (
            Audited(labels=count, right=int(right[count - 1])) for count in (50, 100, 200, 400, 800)
        )
        wrong += any((clauses.lower_bound(each) or 0) > 0.9 for each in looks)

    assert wrong / 1000 <= 0.05
    assert clauses.lower_bound(Audited(labels=60, right=0)) == 0.0


def test_a_target_is_told_as_it_was_given() -> None:
    searched = Searched(sampled=10, reached=10, p_value=0.5, total=None)

    said = stopping.on_recall(searched, target=0.996)

    assert "99.6%" in said.detail
    assert "99.6%" in said.clauses[1].detail
