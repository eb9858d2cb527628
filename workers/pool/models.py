"""Fitted versions in the blob store: packed, their digests checked, the last few kept at hand."""

from functools import lru_cache
from io import BytesIO
from pathlib import Path

import pyarrow as pa

from service.store import digests
from service.store.blobs import Blobs
from workers.learning import persistence
from workers.learning.versions import Fitted

# RFC 8878, and what such bytes begin with. Three megabytes of a version of texts take 6 ms; those
# of the archive's own packing at its quickest were 28 ms, as long as the fit.
PACKING, PACKED = "zstd", b"\x28\xb5\x2f\xfd"


class Altered(ValueError):
    """The bytes of a fitted version are not those that were saved."""


def put(blobs: Blobs, fitted: Fitted) -> str:
    """Store a version; answer the digest by which it is loaded."""
    return blobs.put(pa.compress(persistence.dumps(fitted), PACKING, asbytes=True))


@lru_cache(maxsize=4)
def load(path: Path, digest: str) -> Fitted:
    """Read a version from a file.

    Raises:
        Altered: the file does not have this digest.
        Unreadable: it is no fitted version.
    """
    data = path.read_bytes()
    if digests.of(data) != digest and not digests.is_former(digest, BytesIO(data)):
        raise Altered(f"the fitted version in {path} is not the one with the digest {digest}")
    if data.startswith(PACKED):  # archives that were stored before are packed by themselves
        data = pa.input_stream(pa.py_buffer(data), compression=PACKING).read()
    return persistence.loads(data)
