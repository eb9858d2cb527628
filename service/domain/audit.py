"""The audit reserve: a random part of the pool that is kept out of training.

Items are ordered by a keyed hash that nobody outside can foresee, so that any prefix of the
order is a simple random sample of the pool, also of one that still grows.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable

_BLOCK = 64

MOST_RESERVED = 0.2
"""No threshold is above it; an index on the reserve holds what is below."""


def new_secret() -> bytes:
    """Make a project's own secret; it must not derive from the seed that clients see."""
    return secrets.token_bytes(32)


def draw(secret: bytes, key: str) -> float:
    """Place of an item in the audit order: HMAC-SHA256 of its key as a fraction in [0, 1)."""
    digest = hmac.digest(secret, key.encode(), hashlib.sha256)
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53


def marker(secret: bytes) -> Callable[[bytes], bytes]:
    """HMAC-SHA256 of many keys, in UTF-8: the state that the secret leads to is made once.

    >>> marker(b"secret")(b"key") == hmac.digest(b"secret", b"key", hashlib.sha256)
    True
    """
    padded = (secret if len(secret) <= _BLOCK else hashlib.sha256(secret).digest()).ljust(
        _BLOCK, b"\0"
    )
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded))
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))

    def mark(key: bytes) -> bytes:
        within, around = inner.copy(), outer.copy()
        within.update(key)
        around.update(within.digest())
        return around.digest()

    return mark


def threshold(items: int, *, audit_share: float) -> float:
    """Part of the order that is reserved: all items whose draw is below it.

    >>> threshold(100_000, audit_share=0.1), threshold(10_000, audit_share=0.1)
    (0.02, 0.1)
    >>> threshold(10_000, audit_share=0)
    0.0
    """
    if audit_share == 0 or items == 0:
        return 0.0
    return min(MOST_RESERVED, max(0.02, 1000 / items))
