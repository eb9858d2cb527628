"""What a killed instance left is ended; what only has its number is not."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.machine import orphans
from service.machine.children import Child


def test_a_recorded_group_is_ended(start: Callable[..., Child], tmp_path: Path) -> None:
    left = start()
    orphans.record(tmp_path / "run.json", [left])
    # An orphan is reaped by the system's first process; this one is a child of ours.
    with ThreadPoolExecutor() as threads:
        was_ended = threads.submit(left.finish, time.monotonic() + 10)

        assert orphans.end(tmp_path / "run.json") == 1

    assert was_ended.result()


def test_another_program_with_the_same_number_is_left_alone(
    start: Callable[..., Child], tmp_path: Path
) -> None:
    stranger = start()
    orphans.record(tmp_path / "run.json", [stranger])
    record = (tmp_path / "run.json").read_text()
    (tmp_path / "run.json").write_text(record.replace(stranger.plan.mark, "-X service=/else"))

    assert orphans.end(tmp_path / "run.json") == 0

    assert not stranger.has_ended()


@pytest.mark.parametrize("text", [None, "", "{}", "[1"])
def test_a_missing_or_broken_record_is_no_obstacle(tmp_path: Path, *, text: str | None) -> None:
    if text is not None:
        (tmp_path / "run.json").write_text(text)

    assert orphans.end(tmp_path / "run.json") == 0
