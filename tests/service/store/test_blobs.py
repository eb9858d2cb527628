"""Blobs: whole or not there, known by their digest."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from service.store import digests, parts
from service.store.blobs import BlobMissing, LocalBlobs


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_bytes_come_back_under_their_digest(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)

    digest = blobs.put(b"features")

    assert digest == digests.of(b"features")
    assert blobs.path(digest).read_bytes() == b"features"
    assert blobs.put(b"features") == digest
    assert names(tmp_path) == [digest]


@pytest.mark.parametrize("fails", ["fsync", "write"])
def test_half_a_blob_is_never_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    blobs = LocalBlobs(tmp_path)
    digest = digests.of(b"features")

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    if fails == "fsync":
        monkeypatch.setattr(os, "fsync", full)
    else:
        monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        blobs.put(b"features")

    assert names(tmp_path) == []
    with pytest.raises(BlobMissing):
        blobs.path(digest)


def test_a_blob_is_on_disk_before_its_name_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def synced(handle: int) -> None:
        done.append("folder" if Path(f"/proc/self/fd/{handle}").resolve().is_dir() else "file")
        fsync(handle)

    def replaced(path: Path, target: Path) -> Path:
        done.append("rename")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    LocalBlobs(tmp_path).put(b"features")

    assert [each for each in done if each != "folder"] == ["file", "rename"]
    assert done[-1] == "folder" or not Path("/proc").exists()


def test_old_blobs_are_found_unless_they_were_put_again(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    old, again = blobs.put(b"old"), blobs.put(b"again")
    for digest in (old, again):
        os.utime(blobs.path(digest), (1, 1))
    blobs.put(b"again")

    before = datetime.now(UTC) - timedelta(hours=1)
    assert list(blobs.written_before(before)) == [old]
    blobs.remove(old)
    blobs.remove(old)
    assert list(blobs.written_before(datetime.now(UTC) + timedelta(hours=1))) == [again]


def test_a_store_that_cannot_be_written_to_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    LocalBlobs(tmp_path / "new").check()
    with pytest.raises(OSError, match="exists"):
        LocalBlobs(tmp_path / "file").check()


def test_a_stream_is_kept_and_one_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)

    def broken() -> Iterator[bytes]:
        yield b"fea"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        blobs.receive(broken())
    assert names(tmp_path) == []
    digest = blobs.receive(iter([b"fea", b"tures"]))
    (tmp_path / "given").write_bytes(b"features")

    assert digest == digests.of(b"features")
    assert blobs.put_file(tmp_path / "given") == blobs.receive([b"features"]) == digest
    assert names(tmp_path) == sorted([digest, "given"])
    with blobs.open(digest) as file:
        assert file.read() == b"features"


def test_what_dead_writers_left_is_forgotten_and_is_no_blob(tmp_path: Path) -> None:
    blobs = LocalBlobs(tmp_path)
    dead, alive = tmp_path / f"{parts.PREFIX}dead", tmp_path / f"{parts.PREFIX}alive"
    for part in (dead, alive):
        part.write_bytes(b"half")
    os.utime(dead, (1, 1))

    blobs.forget_parts(datetime.now(UTC) - timedelta(hours=1))

    assert names(tmp_path) == [alive.name]
    assert list(blobs.written_before(datetime.now(UTC) + timedelta(hours=1))) == []
