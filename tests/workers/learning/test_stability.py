"""Versions are compared when enough labels have come between them."""

import numpy as np
import pytest

from workers.learning import stability
from workers.learning.stability import Opinion


def opinions(labels: list[int], *, flips: int = 0) -> list[Opinion]:
    said = np.arange(1000) % 2
    return [
        Opinion(labels=count, said=np.where(np.arange(1000) < flips * number, 1 - said, said))
        for number, count in enumerate(labels)
    ]


def test_three_agreeing_versions_after_each_other_are_stable() -> None:
    few = stability.judge(opinions([100, 110, 120]), batch_size=10)
    enough = stability.judge(opinions([100, 110, 120, 130]), batch_size=10)

    assert (len(few.kappas), few.mean, few.is_reached) == (2, None, False)
    assert (enough.mean, enough.is_reached) == (1.0, True)


def test_versions_that_change_are_not_stable() -> None:
    found = stability.judge(opinions([100, 110, 120, 130], flips=20), batch_size=10)

    assert found.mean == pytest.approx(0.96)
    assert not found.is_reached


def test_versions_too_close_to_each_other_are_passed_over() -> None:
    by_batch = stability.judge(opinions([100, 105, 110, 115, 120]), batch_size=10)
    by_share = stability.judge(opinions([1000, 1010, 1021, 1030, 1043]), batch_size=1)

    assert len(by_batch.kappas) == 2
    assert len(by_share.kappas) == 2


def test_only_the_last_three_count() -> None:
    said = np.arange(1000) % 2
    rounds = [Opinion(labels=100, said=1 - said)] + [
        Opinion(labels=count, said=said) for count in (110, 120, 130, 140)
    ]

    found = stability.judge(rounds, batch_size=10)

    assert found.kappas[0] == pytest.approx(-1.0)
    assert found.is_reached


def test_one_class_throughout_is_agreement() -> None:
    assert stability.kappa(np.zeros(5, np.int64), np.zeros(5, np.int64)) == 1.0
