"""Decisions of the loop, as tables."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.domain import policy

NOW = datetime(2026, 11, 22, tzinfo=UTC)
USUAL: dict[str, Any] = {
    "labels_since": 0,
    "labels": 100,
    "min_labels": 10,
    "share": 0.02,
    "oldest_at": NOW,
    "max_wait_seconds": 30,
    "now": NOW,
}


@pytest.mark.parametrize(
    ("given", "is_due"),
    [
        ({}, False),
        ({"labels_since": 9}, False),
        ({"labels_since": 10}, True),
        ({"labels_since": 10, "labels": 1000}, False),
        ({"labels_since": 20, "labels": 1000}, True),
        ({"labels_since": 1, "min_labels": 1, "share": 0, "labels": 10**6}, True),
        ({"labels_since": 1, "max_wait_seconds": 0}, True),
        ({"labels_since": 0, "max_wait_seconds": 0}, False),
        ({"labels_since": 3, "oldest_at": NOW - timedelta(seconds=29.9)}, False),
        ({"labels_since": 3, "oldest_at": NOW - timedelta(seconds=30)}, True),
        ({"labels_since": 0, "oldest_at": NOW - timedelta(days=1)}, False),
        ({"labels_since": 3, "oldest_at": None, "max_wait_seconds": 0}, False),
    ],
    ids=str,
)
def test_a_cycle_is_due_when_the_settings_say(given: dict[str, Any], is_due: bool) -> None:
    assert policy.is_cycle_due(**USUAL | given) is is_due


@pytest.mark.parametrize("audit", [0, 0.1, 0.25, 0.5])
@pytest.mark.parametrize("coverage", [0, 0.1, 0.5])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 10, 1000])
def test_shares_are_exact_over_all_draws_and_parts_add_up(
    audit: float, coverage: float, size: int
) -> None:
    draws = [number / 1000 for number in range(1000)]

    mixes = [
        policy.mix(size, audit_share=audit, coverage_share=coverage, draw=draw) for draw in draws
    ]

    assert {mix.audit + mix.coverage + mix.strategy for mix in mixes} == {size}
    assert min(min(mix.audit, mix.coverage, mix.strategy) for mix in mixes) >= 0
    for share, counts in (
        (audit, [mix.audit for mix in mixes]),
        (coverage, [mix.coverage for mix in mixes]),
    ):
        assert sum(counts) / 1000 == pytest.approx(share * size, abs=0.002)
        assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize("audit", [0, 0.1, 0.5, 0.9])
@pytest.mark.parametrize("size", [1, 3, 10, 20, 1000])
def test_items_that_are_asked_again_are_three_tenths_at_most(audit: float, size: int) -> None:
    mixes = [
        policy.mix(
            size,
            audit_share=audit,
            coverage_share=0.1,
            repeat_share=policy.REPEAT_SHARE,
            doubt_share=policy.DOUBT_SHARE,
            draw=number / 1000,
        )
        for number in range(1000)
    ]

    parts = [(m.audit, m.coverage, m.repeats, m.doubts, m.strategy) for m in mixes]
    assert {sum(part) for part in parts} == {size}
    assert min(min(part) for part in parts) >= 0
    again = sum(mix.repeats + mix.doubts for mix in mixes) / 1000
    assert again == pytest.approx(min(0.3, 0.9 - audit) * size, abs=0.002)


@pytest.mark.parametrize("size", [1, 2, 10, 1000])
def test_the_highest_draw_adds_nothing_to_whole_shares(size: int) -> None:
    highest = 1 - 2**-53

    mix = policy.mix(size, audit_share=0.5, coverage_share=0.5, draw=highest)

    assert mix.audit + mix.coverage == size
    assert mix.strategy == 0
