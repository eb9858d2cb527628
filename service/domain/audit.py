"""The audit reserve: a random part of the pool that is kept out of training.

Items are ordered by a keyed hash that nobody outside can foresee, so that any prefix of the
order is a simple random sample of the pool, also of one that still grows.
"""

import hashlib
import hmac
import secrets

MOST_RESERVED = 0.2
"""No threshold is above it; an index on the reserve holds what is below."""


def new_secret() -> bytes:
    """Make a project's own secret; it must not derive from the seed that clients see."""
    return secrets.token_bytes(32)


def mark(secret: bytes, key: bytes) -> bytes:
    """What stands for an item in the audit order: HMAC-SHA256 of its key, in UTF-8."""
    return hmac.digest(secret, key, hashlib.sha256)


def draw(secret: bytes, key: str) -> float:
    """Place of an item in the audit order: its mark as a fraction in [0, 1)."""
    return (int.from_bytes(mark(secret, key.encode())[:8], "big") >> 11) / 2**53


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
