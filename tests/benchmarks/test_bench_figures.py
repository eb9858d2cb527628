"""Figures, their targets, and the table that shows them."""

import json
from typing import Any

import pytest

from benchmarks.bench import measurements, table
from benchmarks.bench.figures import Figure, Judged, Target, percentile

MACHINE = {"cores": 2, "cpu": "a cpu", "memory_gb": 24.0, "python": "3.11", "postgres": "18"}
ABOUT = {"is_marked": False, "commit": "abc", "measured_at": "2026-11-22T10:00:00+00:00"}


def figure(**given: Any) -> Figure:
    return Figure(**{"name": "rank", "unit": "s", "target": Target(words="", bound=0.5)} | given)


def test_a_value_is_judged_by_its_bound() -> None:
    assert figure(value=0.5).is_reached is True
    assert figure(value=0.51).is_reached is False


def test_a_ratio_is_judged_by_its_bound() -> None:
    most = Target(words="", bound=6, judged=Judged.RATIO)
    least = Target(words="", bound=0.4, judged=Judged.RATIO, is_least=True)

    assert figure(value=12.0, base=2.0, target=most).is_reached is True
    assert figure(value=13.0, base=2.0, target=most).is_reached is False
    assert figure(value=4.0, base=10.0, target=least).is_reached is True
    assert figure(value=3.0, base=10.0, target=least).is_reached is False


def test_what_was_not_measured_is_neither_reached_nor_missed() -> None:
    unknown = figure(note="hical is not installed")

    assert unknown.is_reached is None
    assert unknown.ratio is None
    assert figure(value=0.9, target=Target(words="reported")).is_reached is None


def test_zero_faults_are_reached_by_none_only() -> None:
    none = Target(words="none", bound=0)

    assert figure(value=0, target=none).is_reached is True
    assert figure(value=1, target=none).is_reached is False


def test_a_record_is_json() -> None:
    written = figure(value=0.4, base=0.2, details={"seconds": [0.4]}).record()

    assert json.loads(json.dumps(written))["ratio"] == 2.0


@pytest.mark.parametrize(
    ("share", "value"), [(0.5, 50.0), (0.95, 95.0), (0.99, 99.0), (1.0, 100.0), (0.0, 1.0)]
)
def test_a_percentile_is_one_of_the_values(share: float, value: float) -> None:
    assert percentile([float(each) for each in range(100, 0, -1)], share) == value


def test_the_markdown_table_says_where_and_when_and_marks_what_others_disturbed() -> None:
    calm = figure(value=0.4, base=0.2, base_of="in memory").record() | ABOUT
    busy = figure(name="linear", note="not measured").record() | ABOUT | {"is_marked": True}

    said = table.markdown([calm, busy], MACHINE).splitlines()

    assert said[0].count("|") == said[1].count("|") == said[2].count("|") == 7
    assert said[2].startswith("| rank | 0.400 s | 0.200 s (in memory) | 2.00 |")
    assert said[3].startswith("| linear* | not measured |")
    assert "2026-11-22 at abc, on 2 cores of a cpu" in said[5]
    assert said[6].startswith("* ")


def test_every_figure_has_a_place_in_the_table() -> None:
    assert measurements.place_of("crowd_pg_p95") == measurements.place_of("crowd_pg")
    assert measurements.place_of("rank_1m_k2") != measurements.place_of("rank_1m_k10")
    assert measurements.place_of("memory_10m_api") < len(measurements.NAMES)
    assert measurements.place_of("another") == len(measurements.NAMES)


def test_all_is_measured_unless_something_is_asked_for() -> None:
    assert measurements.chosen([]) == list(measurements.ALL)
    assert [each.names for each in measurements.chosen(["crowd_scale"])] == [
        ("crowd_pg", "crowd_scale", "crowd_reach")
    ]
