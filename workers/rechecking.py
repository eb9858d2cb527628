"""Labelled items to be asked about again, written beside a ranking for hand-outs to read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import structlog

from service.domain.catalogue import Asked
from service.runtime import Runtime
from service.store import batches, masks, rankings, rechecks, run_shards, training, versions
from service.store.tables.learning import RunShard, Version
from service.store.tables.pool import Project
from workers.learning import asking_again
from workers.learning.arrays import Floats, Ints
from workers.pool import heldout, predicted

log = structlog.get_logger(__name__)

_LEAST, _BATCHES, _MOST = 100, 10, 3_000


@dataclass(frozen=True, kw_only=True)
class _Known:
    """What is read of a project, in one look."""

    version: Version
    rows: Sequence[training.Row]
    begun: Sequence[tuple[int, int]]
    closed: Sequence[int]
    scored: Sequence[RunShard]
    size: int


def write(runtime: Runtime, project: Project, ranking_id: int) -> None:
    """Write what is to be asked again, of a project whose items may have several labels."""
    known = _read(runtime, project, ranking_id)
    if known is None:
        return
    rng = np.random.default_rng([project.seed, ranking_id])
    count = min(_MOST, max(_LEAST, _BATCHES * known.size))
    doubted = _doubted(runtime, project, known, count)
    drawn = _drawn(known, count, rng)
    with runtime.sessions.begin() as session:
        rechecks.add(session, ranking_id, Asked.DOUBT, doubted)
        rechecks.add(session, ranking_id, Asked.BLIND_REPEAT, drawn)
    log.info("rechecked", project=project.id, doubted=len(doubted), drawn=len(drawn))


def _read(runtime: Runtime, project: Project, ranking_id: int) -> _Known | None:
    with runtime.readers() as session:
        ranking = rankings.find(session, ranking_id)
        version = versions.find(session, ranking.version_id) if ranking else None
        if ranking is None or version is None:
            return None
        return _Known(
            version=version,
            rows=training.rows(session, project),
            begun=masks.begun(session, project),
            closed=masks.closed_positions(session, project),
            scored=run_shards.list_for(session, ranking.run_id) if ranking.run_id else [],
            size=batches.usual_size(session, project.id),
        )


def _doubted(runtime: Runtime, project: Project, known: _Known, count: int) -> list[rechecks.Row]:
    """Items of which another label is among the `count` questions most worth asking."""
    if known.version.held_out is None or not known.begun:
        return []
    held = heldout.read(runtime.blobs, known.version.held_out)
    both = heldout.beside(held, known.rows, classes=len(project.classes))
    if both is None:
        return []
    found = asking_again.choose(
        both.named.votes,
        both.proba,
        may_be_asked=np.isin(both.named.positions, [position for position, _ in known.begun]),
        confidence=np.concatenate([np.zeros(0), *_confidences(runtime, known)]),
        count=count,
    )
    positions = both.named.positions[found.items].tolist()
    return [(at, score, None) for at, score in zip(positions, found.scores.tolist(), strict=True)]


def _drawn(known: _Known, count: int, rng: np.random.Generator) -> list[rechecks.Row]:
    """Items with one label, in random order, once two people have labelled."""
    once: Ints = np.array([at for at, labelled in known.begun if labelled == 1], dtype=np.int64)
    if len({row[3] for row in known.rows}) < 2 or not len(once):
        return []
    return [(at, None, 1.0 / len(once)) for at in rng.permutation(once)[:count].tolist()]


def _confidences(runtime: Runtime, known: _Known) -> Iterator[Floats]:
    """Probability of the likeliest class of every item without a label, a shard at a time."""
    closed = np.array(known.closed, dtype=np.int64)
    for shard in known.scored:
        sure = predicted.confidences(runtime.blobs, shard, classes=len(known.version.classes))
        rows = closed - shard.first_position
        sure[rows[(rows >= 0) & (rows < shard.rows)]] = np.nan
        yield sure[~np.isnan(sure)]
