"""Strategies compared by their curves: means, intervals, areas, targets."""

import pytest

from service.domain.simulations import Asked, Origin
from workers.learning import comparisons
from workers.learning.curves import Curve


def curve(*accuracies: float) -> Curve:
    labels = [10 * n for n in range(len(accuracies))]
    return Curve(
        labels=labels,
        accuracy=list(accuracies),
        macro_f1=[each / 2 for each in accuracies],
        log_loss=[1 - each for each in accuracies],
    )


def rising(last: float, *, over: int = 10) -> Curve:
    """Straight up to its last accuracy."""
    return curve(*(last * n / over for n in range(over + 1)))


def test_a_mean_curve_has_an_interval_at_each_number_of_labels_that_all_have() -> None:
    # .6 and .8: mean .7, standard error .1, Student's t of one degree 12.7: beyond 0 and 1.
    found = comparisons.mean_curve([curve(0.5, 0.6, 0.9), curve(0.5, 0.8)])

    assert [point.labels for point in found] == [0, 10]
    at_ten = found[1]
    assert (at_ten.accuracy, at_ten.low, at_ten.high) == (pytest.approx(0.7), 0.0, 1.0)
    assert at_ten.macro_f1 == pytest.approx(0.35)
    assert at_ten.log_loss == pytest.approx(0.3)
    assert found[0].low == found[0].high == 0.5


def test_areas_are_compared_seed_by_seed() -> None:
    # From 10 to 20 labels: .7 and .9 against .5 and .7, always .2 more.
    arms = {
        "margin": [curve(0, 0.6, 0.8), curve(0, 0.8, 1.0)],
        "random": [curve(0, 0.4, 0.6), curve(0, 0.6, 0.8)],
    }

    margin, random = comparisons.compare(arms, baseline="random")

    assert margin.area.mean == pytest.approx(0.8)
    assert margin.area_over_baseline is not None
    assert margin.area_over_baseline.mean == pytest.approx(0.2)
    assert margin.area_over_baseline.low == pytest.approx(0.2)
    assert random.area_over_baseline is None


def test_targets_are_shares_of_what_the_baseline_of_the_seed_ends_with() -> None:
    arms = {
        "margin": [rising(1.0), rising(1.0)],
        "random": [rising(0.5), rising(0.8)],
    }

    margin, random = comparisons.compare(arms, baseline="random")

    # The last two of random are averaged: .475 and .76, of which nine tenths are .4275 and .684.
    first = margin.labels_saved[0]
    assert first.share == 0.9
    assert first.accuracy == pytest.approx((0.4275 + 0.684) / 2)
    assert first.ratio == pytest.approx((2 * 1.25) ** 0.5, rel=1e-6)
    assert [each.share for each in random.labels_to_reach] == [0.9, 0.95, 0.99]
    assert random.labels_saved == []


def test_given_targets_are_the_same_for_every_seed() -> None:
    arms = {"margin": [rising(1.0)], "random": [rising(0.8)]}

    margin, _ = comparisons.compare(arms, baseline="random", targets=[0.4, 0.9])

    assert [(each.share, each.accuracy) for each in margin.labels_saved] == [
        (None, 0.4),
        (None, 0.9),
    ]
    assert margin.labels_saved[0].ratio == pytest.approx(50 / 40)
    assert margin.labels_saved[1].ratio is None


def test_curves_go_to_their_strategies_in_the_order_of_the_replays() -> None:
    asked = Asked(
        strategies=("margin", "random"),
        estimator={"name": "auto"},
        seeds=2,
        batch_size=10,
        labels=10,
        test_share=0.3,
    )
    origin = Origin(items=101, reserved=4, registered=200)

    found = comparisons.outcome(asked, origin, [curve(0, each) for each in (0.1, 0.2, 0.3, 0.4)])

    assert [arm.strategy for arm in found.strategies] == ["margin", "random"]
    assert [arm.area.mean for arm in found.strategies] == pytest.approx([0.2, 0.3])
    assert (found.items, found.judged) == (101, 30)
    assert "101 labelled items of 200 were replayed, 4 of them from the audit" in found.detail
