"""The cache of local files: bounded, and kind to those who were just given a path."""

import multiprocessing
import os
from datetime import timedelta
from pathlib import Path

from service.store import parts
from service.store.remote.cache import Cache

NONE = timedelta(0)


def add(cache: Cache, byte: int, size: int = 100) -> Path:
    """Keep a file; answer its path."""
    with cache.written([bytes([byte]) * size]) as part:
        return cache.keep(part)


def age(path: Path, seconds: float) -> None:
    """Say that a file was last used some time ago."""
    at = path.stat().st_mtime - seconds
    os.utime(path, (at, at))


def held(folder: Path) -> int:
    """Bytes that are kept."""
    return sum(each.stat().st_size for each in folder.iterdir() if each.name[0] != ".")


def test_what_was_used_longest_ago_is_evicted(tmp_path: Path) -> None:
    cache = Cache(tmp_path, limit=250)
    first, second = add(cache, 1), add(cache, 2)
    age(first, 200)
    age(second, 300)
    assert cache.find(first.name) == first  # which is a use

    third = add(cache, 3)

    assert [path.exists() for path in (first, second, third)] == [True, False, True]
    assert cache.find(second.name) is None


def test_what_was_given_out_a_moment_ago_stays(tmp_path: Path) -> None:
    cache = Cache(tmp_path, limit=150)

    given = [add(cache, byte) for byte in range(5)]

    assert all(path.exists() for path in given)
    for path in given[:4]:
        age(path, 61)
    cache.make_room()
    assert [path.exists() for path in given] == [False, False, False, False, True]


def test_room_is_made_before_a_file_comes(tmp_path: Path) -> None:
    cache = Cache(tmp_path, limit=250)
    old = add(cache, 1)
    age(old, 100)

    cache.make_room(151)

    assert not old.exists()


def test_who_has_a_file_open_goes_on_reading_when_it_is_evicted(tmp_path: Path) -> None:
    cache = Cache(tmp_path, limit=150, grace=NONE)
    path = add(cache, 1)
    with path.open("rb") as file:
        age(path, 1)
        add(cache, 2)

        assert not path.exists()
        assert file.read() == b"\1" * 100


def test_what_was_abandoned_half_written_goes_and_what_is_written_stays(tmp_path: Path) -> None:
    cache = Cache(tmp_path, limit=1000)
    dead, alive = tmp_path / f"{parts.PREFIX}dead", tmp_path / f"{parts.PREFIX}alive"
    dead.write_bytes(b"half")
    alive.write_bytes(b"half")
    age(dead, 3700)

    add(cache, 1)

    assert (dead.exists(), alive.exists()) == (False, True)


def fill(folder: str, first: int) -> None:
    """What each of two processes does: keep, find and open files of its own and the other's."""
    cache = Cache(Path(folder), limit=1_000, grace=timedelta(seconds=0.2))
    for byte in range(first, first + 60):
        add(cache, byte)
        for other in range(max(0, byte - 12), byte):
            with cache.written([bytes([other]) * 100]) as part:
                name = part.digest
            found = cache.find(name)
            if found is not None:
                assert found.read_bytes() == bytes([other]) * 100


def test_two_processes_share_a_bounded_cache(tmp_path: Path) -> None:
    spawned = multiprocessing.get_context("spawn")
    both = [spawned.Process(target=fill, args=(str(tmp_path), first)) for first in (0, 30)]
    for each in both:
        each.start()
    for each in both:
        each.join(60)

    assert [each.exitcode for each in both] == [0, 0]
    cache = Cache(tmp_path, limit=1_000, grace=NONE)
    cache.make_room()
    assert 0 < held(tmp_path) <= 1_000
    assert not list(tmp_path.glob(f"{parts.PREFIX}*"))
