"""Fitted versions read from the blob store, their digests checked, the last few kept at hand."""

import hashlib
from functools import lru_cache
from pathlib import Path

from workers.learning import persistence
from workers.learning.versions import Fitted


class Altered(ValueError):
    """The bytes of a fitted version are not those that were saved."""


@lru_cache(maxsize=4)
def load(path: Path, digest: str) -> Fitted:
    """Read a version from a file.

    Raises:
        Altered: the file does not have this SHA-256.
        Unreadable: it is no fitted version.
    """
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != digest:
        raise Altered(f"the fitted version in {path} is not the one with the digest {digest}")
    return persistence.loads(data)
