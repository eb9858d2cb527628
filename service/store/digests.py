"""What blobs are known by: BLAKE3 of their bytes, 256 bits in hexadecimal.

It is as hard to forge as SHA-256 and takes a fifth of its time (O'Connor, Aumasson, Neves and
Wilcox-O'Hearn 2020, https://github.com/BLAKE3-team/BLAKE3-specs). Blobs of before go on by the
SHA-256 that they were stored under.
"""

import hashlib
from io import BufferedReader, BytesIO

from blake3 import blake3

DIGITS = 64


def begin() -> blake3:
    """Begin a digest of what comes in pieces."""
    return blake3()


def of(data: bytes | memoryview) -> str:
    """Digest bytes.

    >>> len(of(b"features")) == DIGITS
    True
    """
    return blake3(data).hexdigest()


def is_former(digest: str, file: BufferedReader | BytesIO) -> bool:
    """Whether what an open file holds, whose BLAKE3 is another one, was stored by its SHA-256."""
    return hashlib.file_digest(file, "sha256").hexdigest() == digest
