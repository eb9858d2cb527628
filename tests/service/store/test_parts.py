"""Chunks are written while the next one comes, in their order, and never many behind."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.store import digests, parts

SIZE = 2**20


def test_chunks_are_written_in_their_order_and_no_more_than_one_is_behind(tmp_path: Path) -> None:
    chunks = [bytes([number]) * SIZE for number in range(20)]
    seen: list[int] = []

    def coming() -> Iterator[bytes]:
        for number, chunk in enumerate(chunks):
            written = sum(file.stat().st_size for file in tmp_path.iterdir())
            seen.append(number - written // SIZE)
            yield chunk

    with parts.written(tmp_path, coming()) as part:
        there = part.file.read_bytes()

    assert there == b"".join(chunks)
    assert (part.size, part.digest) == (len(there), digests.of(there))
    assert max(seen) <= 2


def test_the_disk_begins_with_what_is_whole_while_the_rest_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[tuple[int, int, int]] = []

    def advise(handle: int, begins: int, size: int, advice: int) -> None:
        assert advice == os.POSIX_FADV_DONTNEED
        begun.append((begins, size, os.fstat(handle).st_size))

    monkeypatch.setattr(os, "posix_fadvise", advise, raising=False)
    odd = [SIZE * 3 + 7] * 12

    with parts.written(tmp_path, [bytes(size) for size in odd]) as part:
        assert part.size == sum(odd)

    stretches = [(begins, size) for begins, size, _ in begun]
    assert stretches == [(0, 2**24), (2**24, 2**24)]
    assert all(begins + size <= written for begins, size, written in begun)


@pytest.mark.parametrize("count", [1, 2, 9])
def test_a_chunk_for_which_there_is_no_room_ends_it_and_leaves_nothing(
    tmp_path: Path, count: int
) -> None:
    most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (SIZE // 2, most[1]))
    try:
        with (
            pytest.raises(OSError, match="File too large"),
            parts.written(tmp_path, [bytes(SIZE)] * count),
        ):
            pass
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)

    assert list(tmp_path.iterdir()) == []
