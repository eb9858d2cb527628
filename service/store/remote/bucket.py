"""The blob store that is a bucket: objects by digest, read through a cache of local files."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from service.errors import retry_after
from service.store import digests, parts
from service.store.blobs import DIGEST, BlobCorrupt, BlobMissing, BlobStoreAway
from service.store.parts import Part
from service.store.remote.address import Address
from service.store.remote.cache import Cache
from service.store.remote.objects import SHORT, Found, Objects

# An object older than this is written anew when its bytes are put again: pruning, which takes
# what is older than two hours, must not take it before a row points to it.
_FRESH = timedelta(hours=1)
_OPENINGS = 3


class BucketBlobs:
    """Blobs as objects of a bucket."""

    def __init__(self, address: Address, cache: Cache) -> None:
        self._address = address
        self._objects = Objects(address)
        self._probe = Objects(address, SHORT)
        self._cache = cache

    def put(self, data: bytes) -> str:
        """As `receive`, of one piece."""
        return self.receive([data])

    def receive(self, chunks: Iterable[bytes | memoryview]) -> str:
        """Spool to the cache while hashing, upload, and have it in the cache already."""
        with self._cache.written(chunks) as part:
            self._upload(part)
            self._cache.keep(part)
        return part.digest

    def put_file(self, file: Path) -> str:
        """Read it in pieces."""
        return self.receive(parts.chunks_of(file))

    def path(self, digest: str) -> Path:
        """The copy in the cache, fetched if there is none.

        It is not evicted for a minute; what is open or mapped stays readable after that.
        """
        found = self._cache.find(digest)
        if found is not None:
            return found
        with self._cache.fetching(digest):
            return self._cache.find(digest) or self._fetch(digest)

    def open(self, digest: str) -> BinaryIO:
        """The copy in the cache, opened; fetched again if it is lost in between."""
        for _ in range(_OPENINGS):
            with suppress(FileNotFoundError):
                return self.path(digest).open("rb")
        raise BlobMissing(f"blob {digest} vanishes from the cache as soon as it is there")

    def written_before(self, moment: datetime) -> Iterator[str]:
        """List the bucket."""
        for found in self._objects.list_all():
            if DIGEST.fullmatch(found.name) and found.written_at < moment:
                yield found.name

    def remove(self, digest: str) -> None:
        """Remove the object; copies in caches are evicted in time."""
        self._objects.remove(digest)
        self._cache.drop(digest)

    def forget_parts(self, before: datetime) -> None:
        """Those of this machine; the parts of uploads that broke off are the bucket's to expire."""
        self._cache.forget_parts(before)

    def check(self) -> None:
        """Write a file and an object, with little patience."""
        self._probe.find("check")  # a server that is silent is so at the shorter request too
        with self._cache.written([uuid4().bytes]) as part:
            self._probe.upload("check", part.file)

    def _upload(self, part: Part) -> None:
        found = self._objects.find(part.digest)
        if found is None or found.size != part.size or self._is_stale(found, part):
            self._objects.upload(part.digest, part.file)
            found = self._objects.find(part.digest)
        if found is None or found.size != part.size:
            if found is not None:
                self._objects.remove(part.digest)
            raise BlobStoreAway(
                f"the blob store {self._address} did not keep {part.size} bytes as {part.digest}",
                headers=retry_after(5),
            )

    def _is_stale(self, found: Found, part: Part) -> bool:
        written_at = part.file.stat().st_mtime
        return found.written_at.timestamp() < written_at - _FRESH.total_seconds()

    def _fetch(self, digest: str) -> Path:
        found = self._objects.find(digest)
        if found is None:
            raise BlobMissing(f"blob {digest} is not in {self._address}")
        self._cache.make_room(found.size)
        try:
            with self._cache.written(self._objects.download(digest)) as part:
                if part.digest != digest and not _is_former(digest, part):
                    raise BlobCorrupt(
                        f"{self._address} answers {digest} with {part.size} other bytes, "
                        f"whose digest is {part.digest}"
                    )
                return self._cache.keep(replace(part, digest=digest))
        except FileNotFoundError as error:
            raise BlobMissing(f"blob {digest} is no longer in {self._address}") from error


def _is_former(digest: str, part: Part) -> bool:
    with part.file.open("rb") as file:
        return digests.is_former(digest, file)
