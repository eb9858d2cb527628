"""What clients send of an item: its content, to be registered or only predicted."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from service.domain.catalogue import InputType

Buffer: TypeAlias = bytes | memoryview
FLOAT_BYTES = 4
DIGEST_BYTES = 16


def digest_of(content: Buffer) -> bytes:
    """What tells one content from another under the same key."""
    return hashlib.sha256(content).digest()[:DIGEST_BYTES]


@dataclass(frozen=True, kw_only=True)
class Content:
    """A text, or a vector as little-endian float32."""

    text: str | None
    vector: bytes | None

    def digest(self) -> bytes:
        """Digest of the content, 16 bytes."""
        return digest_of(self.vector if self.vector is not None else (self.text or "").encode())

    def problem(self, input_type: InputType, dimensions: int | None) -> tuple[str, str] | None:
        """Say which field does not fit a project's input, and why; None if all fits."""
        wanted, other = ("vector", "text") if input_type == InputType.VECTOR else ("text", "vector")
        if getattr(self, other) is not None:
            return other, f"the items of this project are of the type {input_type}"
        if getattr(self, wanted) is None:
            return wanted, f"is missing: the items of this project are of the type {input_type}"
        if self.vector is not None and len(self.vector) != FLOAT_BYTES * (dimensions or 0):
            numbers = len(self.vector) // FLOAT_BYTES
            return wanted, f"has {numbers} numbers; the project's vectors have {dimensions}"
        return None


@dataclass(frozen=True, kw_only=True)
class NewItem(Content):
    """An item to register."""

    key: str
    metadata: Mapping[str, Any] | None
    group: str | None


@dataclass(frozen=True, kw_only=True)
class Question(Content):
    """An item to predict."""

    key: str | None
