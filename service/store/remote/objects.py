"""Objects of a bucket by name, with patience that ends and errors that say what was asked."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
from pyarrow import fs

from service.errors import retry_after
from service.store.blobs import BlobStoreAway
from service.store.remote.address import Address

_PIECE = 8 * 2**20


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How long a server may take before it is said to be away."""

    connect_seconds: float
    silence_seconds: float
    """Without a byte."""
    attempts: int


USUAL = Patience(connect_seconds=3, silence_seconds=20, attempts=4)
SHORT = Patience(connect_seconds=1, silence_seconds=2, attempts=1)


@dataclass(frozen=True, kw_only=True)
class Found:
    """An object that is there."""

    name: str
    size: int
    written_at: datetime


class Objects:
    """The objects under the prefix of an address."""

    def __init__(self, address: Address, patience: Patience = USUAL) -> None:
        self._address = address
        self._patience = patience
        self._opened: dict[int, fs.S3FileSystem] = {}

    def find(self, name: str) -> Found | None:
        """An object, if it is there."""
        with self._told(f"asking for {name}"):
            (info,) = self._server.get_file_info([self._key(name)])
        return _found(info) if info.type == fs.FileType.File else None

    def list_all(self) -> list[Found]:
        """All objects, in no order."""
        folder = f"{self._address.bucket}/{self._address.prefix}".rstrip("/")
        with self._told("listing"):
            infos = self._server.get_file_info(fs.FileSelector(folder, allow_not_found=True))
        return [_found(info) for info in infos if info.type == fs.FileType.File]

    def download(self, name: str) -> Iterator[bytes]:
        """The bytes of an object, a piece at a time.

        Raises:
            FileNotFoundError: there is none.
        """
        with self._told(f"reading {name}"):
            stream = self._server.open_input_stream(self._key(name), buffer_size=0)
        with stream:
            while True:
                with self._told(f"reading {name}"):
                    piece = stream.read(_PIECE)
                if not piece:
                    return
                yield piece

    def upload(self, name: str, file: Path) -> None:
        """Copy a file to the bucket, a large one in several parts.

        Closing a stream completes its object, whatever was written, and Arrow closes one that is
        dropped. So all bytes are one write: an exception from outside, such as the end of a
        task's time, finds it whole. Of an upload whose process dies S3 shows nothing.
        """
        with self._told(f"writing {name}"):
            stream = self._server.open_output_stream(self._key(name), compression=None)
            stream.write(_mapped(file))
            stream.close()

    def remove(self, name: str) -> None:
        """Remove an object; it is no error when there is none."""
        with self._told(f"removing {name}"):
            try:
                self._server.delete_file(self._key(name))
            except FileNotFoundError:
                return

    def _key(self, name: str) -> str:
        return f"{self._address.bucket}/{self._address.prefix}{name}"

    @property
    def _server(self) -> fs.S3FileSystem:
        """The client of this process: one that was made before a fork is not used after it."""
        process = os.getpid()
        if process not in self._opened:
            self._opened[process] = fs.S3FileSystem(
                endpoint_override=self._address.endpoint,
                region=self._address.region,
                scheme=self._address.scheme,
                connect_timeout=self._patience.connect_seconds,
                request_timeout=self._patience.silence_seconds,
                retry_strategy=fs.AwsStandardS3RetryStrategy(max_attempts=self._patience.attempts),
                allow_delayed_open=True,  # a small object is one request
                background_writes=False,  # one part in memory, not all of them
            )
        return self._opened[process]

    @contextmanager
    def _told(self, doing: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except (OSError, pa.ArrowException) as error:
            raise BlobStoreAway(
                f"the blob store {self._address} failed at {doing}: {error}",
                headers=retry_after(5),
            ) from error


def _mapped(file: Path) -> pa.Buffer:
    """The bytes of a file, which are read as they are sent."""
    if file.stat().st_size == 0:
        return pa.py_buffer(b"")
    with pa.memory_map(str(file)) as mapped:
        return mapped.read_buffer()


def _found(info: fs.FileInfo) -> Found:
    return Found(name=info.base_name, size=info.size, written_at=info.mtime)
