"""The part of the reserve that a version is judged on: the longest prefix with nothing pending."""

from collections.abc import Sequence

import numpy as np

from workers.learning import reserve
from workers.learning.reserve import UNANSWERED, Reserve, Said


def ordered(truth: list[int], *, pending: Sequence[int] = ()) -> Reserve:
    """A reserve whose order is that of positions 9, 8, 7, …"""
    return Reserve(
        positions=9 - np.arange(len(truth)),
        truth=np.array(truth),
        is_pending=np.isin(np.arange(len(truth)), pending),
    )


def said(positions: list[int]) -> Said:
    """A version that calls every item 1."""
    return Said(
        positions=np.array(positions, dtype=np.int64),
        labels=np.ones(len(positions), np.int64),
        confidences=np.full(len(positions), 0.9),
    )


def test_a_version_is_judged_up_to_the_first_item_that_is_pending() -> None:
    found = reserve.judged(ordered([1, 0, 1, 1], pending=[2]), said([6, 7, 8, 9]))

    assert found.positions.tolist() == [9, 8]
    assert found.right.tolist() == [True, False]
    assert len(found.rest) == 4


def test_what_people_declined_is_counted_and_passed_over() -> None:
    found = reserve.judged(ordered([1, UNANSWERED, 0]), said([7, 8, 9]))

    assert (found.positions.tolist(), found.unanswerable) == ([9, 7], 1)


def test_items_that_a_version_never_saw_do_not_hold_it_up() -> None:
    found = reserve.judged(ordered([1, UNANSWERED, 1], pending=[1]), said([7, 9]))

    assert found.positions.tolist() == [9, 7]


def test_a_version_that_spoke_of_nothing_has_no_evidence() -> None:
    found = reserve.judged(ordered([1, 1]), said([]))

    assert len(found.truth) == len(found.rest) == found.unanswerable == 0
