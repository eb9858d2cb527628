"""Blobs in a bucket of a real S3 server."""

import hashlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.store import digests
from service.store.blobs import BlobCorrupt, BlobMissing
from service.store.remote import address
from service.store.remote.bucket import BucketBlobs
from service.store.remote.cache import Cache
from tests.s3 import client

NONE = timedelta(0)
FEATURES = digests.of(b"features")
Machine = Callable[..., BucketBlobs]


@pytest.fixture
def machine(bucket_url: str, tmp_path: Path) -> Machine:
    """Make the store as a machine sees it; each has a cache folder of its own."""

    def make(name: str, *, limit: int = 2**30, grace: timedelta = timedelta(60)) -> BucketBlobs:
        cache = Cache(tmp_path / name, limit=limit, grace=grace)
        return BucketBlobs(address.read(bucket_url), cache)

    return make


def key(url: str, digest: str) -> str:
    found = address.read(url)
    return f"{found.bucket}/{found.prefix}{digest}"


def overwrite(server: str, url: str, digest: str, data: bytes) -> None:
    with client(server).open_output_stream(key(url, digest)) as stream:
        stream.write(data)


def test_what_one_machine_puts_another_reads(machine: Machine) -> None:
    here, there = machine("here"), machine("there")

    assert here.put(b"features") == here.put(b"features") == FEATURES
    assert there.path(FEATURES).read_bytes() == b"features"
    with there.open(FEATURES) as file:
        assert file.read() == b"features"
    assert there.path(here.put(b"")).read_bytes() == b""


def test_an_object_of_before_is_known_by_its_sha256(
    machine: Machine, s3_server: str, bucket_url: str
) -> None:
    former = hashlib.sha256(b"features").hexdigest()
    overwrite(s3_server, bucket_url, former, b"features")
    there = machine("there")

    assert there.path(former).read_bytes() == b"features"
    assert there.path(former).name == former

    overwrite(s3_server, bucket_url, former, b"others")
    with pytest.raises(BlobCorrupt, match=former):
        machine("elsewhere").path(former)


def test_a_large_stream_goes_up_in_parts_and_is_in_the_cache_already(
    machine: Machine, tmp_path: Path, s3_server: str, bucket_url: str
) -> None:
    here = machine("here")
    pieces = [os.urandom(2**20) for _ in range(21)]
    (tmp_path / "file").write_bytes(b"".join(pieces))

    digest = here.receive(iter(pieces))

    assert (tmp_path / "here" / digest).stat().st_size == 21 * 2**20
    assert client(s3_server).get_file_info(key(bucket_url, digest)).size == 21 * 2**20
    assert machine("there").put_file(tmp_path / "file") == digest
    assert machine("third").path(digest).read_bytes() == b"".join(pieces)


def test_a_stream_that_breaks_off_leaves_nothing(
    machine: Machine, tmp_path: Path, s3_server: str, bucket_url: str
) -> None:
    def broken() -> Iterator[bytes]:
        yield b"fea"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        machine("here").receive(broken())

    assert [each for each in (tmp_path / "here").iterdir() if "lock" not in each.name] == []
    assert list(machine("here").written_before(datetime.now(UTC) + timedelta(hours=1))) == []


def test_other_bytes_than_the_digest_names_are_refused(
    machine: Machine, tmp_path: Path, s3_server: str, bucket_url: str
) -> None:
    machine("here").put(b"features")
    overwrite(s3_server, bucket_url, FEATURES, b"futures!")

    for _ in range(2):
        with pytest.raises(BlobCorrupt, match=f"answers {FEATURES} with 8 other bytes"):
            machine("there").path(FEATURES)

    assert not (tmp_path / "there" / FEATURES).exists()


def test_half_an_object_is_mended_by_who_puts_it_again(
    machine: Machine, s3_server: str, bucket_url: str
) -> None:
    overwrite(s3_server, bucket_url, FEATURES, b"fea")

    machine("here").put(b"features")

    assert machine("there").path(FEATURES).read_bytes() == b"features"


def test_a_blob_that_is_not_there_is_missing(machine: Machine) -> None:
    with pytest.raises(BlobMissing, match=f"{'0' * 64} is not in s3://bucket-"):
        machine("here").path("0" * 64)


def test_blobs_are_listed_and_removed(machine: Machine) -> None:
    here = machine("here")
    here.put(b"features")
    here.check()
    later, earlier = (datetime.now(UTC) + timedelta(seconds=each) for each in (60, -60))

    assert list(here.written_before(later)) == [FEATURES]
    assert list(here.written_before(earlier)) == []
    here.remove(FEATURES)
    here.remove(FEATURES)
    assert list(here.written_before(later)) == []
    with pytest.raises(BlobMissing):
        here.path(FEATURES)


def test_readers_never_fail_while_others_evict(machine: Machine) -> None:
    """The cache holds one of three blobs, and grants no grace: `open` fetches again."""
    here = machine("here", limit=10, grace=NONE)
    digests = [here.put(bytes([byte]) * 8) for byte in range(3)]

    for _ in range(20):
        for byte, digest in enumerate(digests):
            with here.open(digest) as file:
                assert file.read() == bytes([byte]) * 8


def test_threads_that_want_the_same_blob_fetch_it_once(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine("here").put(b"features")
    there = machine("there")
    fetched: list[str] = []
    fetch = there._fetch

    def counted(digest: str) -> Path:
        fetched.append(digest)
        return fetch(digest)

    monkeypatch.setattr(there, "_fetch", counted)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(there.path, [FEATURES] * 16))

    assert len(set(found)) == 1
    assert fetched == [FEATURES]
