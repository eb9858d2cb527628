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
        is_text = input_type == InputType.TEXT
        taken = {"text": is_text, "vector": input_type == InputType.VECTOR or bool(dimensions)}
        there = {"text": self.text is not None, "vector": self.vector is not None}
        of_type = f"the items of this project are of the type {input_type}"
        if name := next((each for each in taken if there[each] and not taken[each]), None):
            return name, of_type
        if name := next((each for each in taken if taken[each] and not there[each]), None):
            return name, f"is missing: {of_type}"
        if self.vector is not None and len(self.vector) != FLOAT_BYTES * (dimensions or 0):
            numbers = len(self.vector) // FLOAT_BYTES
            return "vector", f"has {numbers} numbers; the project's vectors have {dimensions}"
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
