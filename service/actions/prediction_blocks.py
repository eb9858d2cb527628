"""Predictions of a pool in blocks: rows of shards, and the keys of the items that they are of."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.runtime import Runtime
from service.store import lookups, predictions
from service.store.predictions import UNSAID, Stretch
from service.store.tables.learning import RunShard

_AT_ONCE = 8_192


@dataclass(frozen=True, kw_only=True)
class Block:
    """Predictions of some items, by column."""

    keys: Sequence[str]
    labels: Sequence[str]
    confidences: Sequence[float]
    columns: Sequence[Sequence[float]]
    """The probabilities of each class."""


@dataclass(frozen=True, kw_only=True)
class Scored:
    """What one ranking was made from: it stays the same when another is put in use."""

    project_id: int
    version: int
    classes: Sequence[str]
    shards: Sequence[RunShard]


def read(runtime: Runtime, scored: Scored, shard: RunShard) -> Iterator[Block]:
    """The rows of a shard, without those of deleted items or that nothing is said of."""
    stretches = predictions.walk(
        runtime.blobs,
        shard.predictions or "",
        rows=shard.rows,
        classes=len(scored.classes),
        at_once=_AT_ONCE,
    )
    for stretch in stretches:
        first = shard.first_position + stretch.first
        with runtime.readers() as session:
            found = lookups.keys_from(
                session,
                scored.project_id,
                first=first,
                limit=len(stretch.labels),
                end=first + len(stretch.labels),
            )
        yield _block(found, stretch, scored.classes, first)


def _block(
    found: Sequence[tuple[int, str]], stretch: Stretch, classes: Sequence[str], first: int
) -> Block:
    labels, columns = stretch.labels, stretch.columns
    if len(found) < len(labels) or UNSAID in labels:  # deleted items, or some not scored
        rows = [at - first for at, _ in found]
        said = [n for n, row in enumerate(rows) if labels[row] != UNSAID]
        found = [found[n] for n in said]
        kept = [rows[n] for n in said]
        labels = [labels[row] for row in kept]
        columns = [[column[row] for row in kept] for column in columns]
    return Block(
        keys=[key for _, key in found],
        labels=[classes[label] for label in labels],
        confidences=[columns[label][row] for row, label in enumerate(labels)],
        columns=columns,
    )
