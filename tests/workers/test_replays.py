"""Replays go through a labelled pool as the service would."""

from typing import Any

import numpy as np
import pytest

from service.domain.catalogue import Strategy
from workers import replays
from workers.asking import Plan, Pool
from workers.pool import moments

LOGISTIC = {"name": "logistic", "scaling": "none"}


def clouds(rows: int = 120, classes: int = 3) -> Pool:
    rng = np.random.default_rng(0)
    labels = np.arange(rows) % classes
    centres = 3.0 * rng.standard_normal((classes, 5))
    features = (centres[labels] + rng.standard_normal((rows, 5))).astype(np.float32)
    names = [str(each) for each in range(classes)]
    return Pool(features=features, labels=labels, classes=names, moments=moments.of(features))


def plan(strategy: str = "margin", **fields: Any) -> Plan:
    usual: dict[str, Any] = {"estimator": LOGISTIC, "batch_size": 7, "budget": 40, "seed": 1}
    return Plan(strategy=strategy, **usual | fields)


@pytest.mark.parametrize("strategy", list(Strategy))
def test_every_strategy_spends_the_budget_on_different_items(strategy: Strategy) -> None:
    pool = clouds()
    training, test = replays.split(120, 0.3, 1)

    asked = [each.labelled for each in replays.rounds(pool, plan(strategy), among=training)][-1]

    assert len(asked) == len(set(asked.tolist())) == 40
    assert not set(asked.tolist()) & set(test.tolist())


def test_a_curve_has_a_point_for_each_batch_and_gets_better() -> None:
    curve = replays.replay(clouds(), plan())

    assert curve.labels == [0, 7, 14, 21, 28, 35, 40]
    assert curve.accuracy[0] < 0.5 < 0.85 < curve.accuracy[-1]
    assert curve.log_loss[-1] < curve.log_loss[0] == pytest.approx(np.log(3))


def test_the_same_seed_gives_the_same_curve() -> None:
    first, second, other = (replays.replay(clouds(), plan(seed=seed)) for seed in (1, 1, 2))

    assert first == second != other


def test_a_replay_ends_with_its_pool() -> None:
    curve = replays.replay(clouds(rows=30), plan(budget=1_000))

    assert curve.labels == [0, 7, 14, 21]


def test_progress_ends_at_one() -> None:
    told: list[float] = []

    replays.replay(clouds(rows=30), plan(budget=1_000), told=told.append)

    assert told == sorted(told)
    assert told[-1] == 1.0


def test_labels_of_one_class_alone_are_not_fitted() -> None:
    pool = clouds()
    only = np.flatnonzero(pool.labels == 0)

    points = list(replays.rounds(pool, plan(budget=10), among=only, start=only[:3]))

    assert [each.fitted for each in points] == [None, None]
    assert [len(each.labelled) for each in points] == [3, 10]
