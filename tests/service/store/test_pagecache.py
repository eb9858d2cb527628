"""Memory of a file is given back for a stretch of it, and what the file holds stays."""

import os
from pathlib import Path

import pytest

from service.store import pagecache

MEGABYTE = 2**20


@pytest.mark.parametrize(("begins", "ends"), [(MEGABYTE, 3 * MEGABYTE), (MEGABYTE, MEGABYTE)])
def test_a_file_reads_the_same_afterwards(tmp_path: Path, begins: int, ends: int) -> None:
    file, data = tmp_path / "upload", os.urandom(4 * MEGABYTE)
    file.write_bytes(data)

    with file.open("rb") as opened:
        pagecache.let_go(opened, begins=begins, ends=ends)

    assert file.read_bytes() == data


def test_of_no_length_is_nothing_and_not_all_that_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "posix_fadvise", lambda _, at, size, __: asked.append((at, size)))
    file = tmp_path / "upload"
    file.write_bytes(b"rows")

    with file.open("rb") as opened:
        pagecache.let_go(opened, begins=2, ends=2)
        pagecache.let_go(opened, begins=1, ends=3)

    assert asked == [(1, 2)]
