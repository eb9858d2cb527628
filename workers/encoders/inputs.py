"""What the items of a project become: which encoder makes their features, and how wide they are."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from scipy import sparse

from service.config import Settings
from service.domain.catalogue import Encoder
from service.store.tables.pool import Project
from workers.encoders import sentences, text, vector
from workers.learning import terms
from workers.learning.arrays import Matrix

_DENSE = {Encoder.MINILM: sentences.WIDTH}
"""Columns by encoder of texts; the others count terms."""


class Content(Protocol):
    """What was sent of an item."""

    @property
    def text(self) -> str | None:
        """A text, where the items are texts."""

    @property
    def vector(self) -> bytes | None:
        """Little-endian float32, where the items are vectors."""


def columns(project: Project) -> int | None:
    """Columns of dense features; None where features are term weights, which are sparse."""
    if project.encoder is None:
        return project.dimensions or 0  # of scores without vectors the rows have no columns
    return _DENSE.get(Encoder(project.encoder))


def is_sparse(project: Project) -> bool:
    """Whether features are term weights, in CSR."""
    return columns(project) is None


def is_slow(project: Project) -> bool:
    """Whether encoding takes long enough to be done a few thousand items at a time."""
    return project.encoder is not None and Encoder(project.encoder) in _DENSE


def empty(project: Project, rows: int) -> Matrix:
    """Features of positions that no item has: zeros."""
    width = columns(project)
    if width is None:
        return sparse.csr_matrix((rows, terms.WIDTH), dtype=np.float32)
    return np.zeros((rows, width), np.float32)


def encode(settings: Settings, project: Project, items: Sequence[Content]) -> Matrix:
    """Features of items, float32: dense, or CSR of term weights.

    Raises:
        Missing: the encoder is not on this machine.
    """
    if project.encoder is not None:
        return encode_texts(settings, project, [item.text or "" for item in items])
    return vector.decode([item.vector or b"" for item in items], project.dimensions or 0)


def encode_texts(settings: Settings, project: Project, texts: Sequence[str]) -> Matrix:
    """The same, of the texts of a project of texts.

    Raises:
        Missing: the encoder is not on this machine.
    """
    if is_sparse(project):
        return text.encode(texts)
    return sentences.load(settings.encoders_path, threads=settings.threads).encode(texts)
