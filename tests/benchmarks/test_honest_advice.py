"""Experiments on what is said of models and people, in small."""

import numpy as np
import pytest

from benchmarks.honesty import annotators, early_stop, stopping
from benchmarks.honesty.annotators import Crowd
from workers.asking import Pool
from workers.pool import moments


@pytest.fixture
def pool() -> Pool:
    rng = np.random.default_rng(0)
    features = rng.normal(size=(400, 4)).astype(np.float32)
    return Pool(
        features=features,
        labels=(features[:, 0] > 0).astype(np.int64),
        classes=["a", "b"],
        moments=moments.of(features),
    )


def test_a_perfect_order_is_stopped_after_the_last_positive_and_costs_what_the_test_reads() -> None:
    order = np.arange(1000) < 50

    by_order = stopping.hypergeometric(order, np.random.default_rng(0))
    by_sample = stopping.sampled(order, np.random.default_rng(0), count=14)

    assert by_order.recall == 1.0
    assert by_order.oracle == 40
    assert 50 < by_order.read < 500
    assert by_sample.recall >= 0.8
    assert by_sample.read > 200  # 14 of 50 are in about 280 documents


def test_a_random_order_is_read_nearly_to_its_end() -> None:
    order = np.random.default_rng(1).permutation(np.arange(1000) < 50)

    assert stopping.hypergeometric(order, np.random.default_rng(0)).read > 700


def test_nobody_is_asked_twice_and_people_err_as_they_are_said_to(pool: Pool) -> None:
    crowd = Crowd(pool, np.random.default_rng(0))

    for _ in range(3):
        crowd.ask(range(400))

    assert len({(row[0], row[3]) for row in crowd.rows}) == 1200
    for who, skill in enumerate(annotators.SKILL):
        rows = [row for row in crowd.rows if row[3] == str(who)]
        right = np.mean([pool.labels[row[0]] == row[1] for row in rows])
        assert right == pytest.approx(skill, abs=0.08)


def test_what_is_early_is_judged_by_the_truth_at_the_first_advice_to_stop(pool: Pool) -> None:
    looks = list(early_stop.looks_at(pool, 0, budget=160))

    assert [len(look.known.stability.kappas) for look in looks] == list(range(len(looks)))
    low, high = early_stop.end(looks, 0.3), early_stop.end(looks, 0.999)
    assert not low.is_early
    assert not high.by_target
