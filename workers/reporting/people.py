"""What people say of items, and what versions without each item say of it, for a report."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.runtime import Runtime
from service.store import labels, repeats
from service.store.tables.learning import Version
from service.store.tables.pool import Project, Shard
from workers import agreeing, gate
from workers.agreeing import Agreed
from workers.learning import votes
from workers.learning.arrays import Floats, Ints
from workers.learning.consensus import Resolved
from workers.learning.votes import Named
from workers.pool import heldout
from workers.pool.heldout import HeldOut

MOST_JUDGED = 5_000
"""Items that versions are made without; of more, so many are drawn."""


@dataclass(frozen=True, kw_only=True, eq=False)
class People:
    """All that a report needs of the people who label."""

    spoken: Sequence[labels.Row]
    """Every current label, those of the reserve included."""
    repeated: Sequence[labels.Row]
    """Labels among them that answer a blind repeat."""
    judged: Named | None
    """Labels of the items that versions were made without; none if there are too few labels."""
    proba: Floats
    """What these say, float64[items of `judged`, K]."""
    resolved: Ints
    """One label an item, int64[items of `judged`]."""


def load(
    runtime: Runtime, project: Project, shards: Sequence[Shard], version: Version | None
) -> People:
    """Read what people say, and make versions without items where `retrain` has not."""
    with runtime.readers() as session:
        spoken = labels.known(session, project)
        training = labels.training(session, project)
        repeated = repeats.list_for(session, project)
    found = gate.resolved(training, below=project.encoded)
    held = _held_out(runtime, project, shards, version, found)
    if held is None:
        return People(
            spoken=spoken,
            repeated=repeated,
            judged=None,
            proba=np.zeros((0, len(project.classes))),
            resolved=np.zeros(0, np.int64),
        )
    there = set(held.positions.tolist())
    named = votes.of_rows(
        [row for row in training if row[0] in there], classes=len(project.classes)
    )
    proba = np.pad(held.proba, ((0, 0), (0, len(project.classes) - held.proba.shape[1])))
    return People(
        spoken=spoken,
        repeated=repeated,
        judged=named,
        proba=proba[np.searchsorted(held.positions, named.positions)],
        resolved=found.labels[np.searchsorted(found.items, named.positions)],
    )


def _held_out(
    runtime: Runtime,
    project: Project,
    shards: Sequence[Shard],
    version: Version | None,
    found: Resolved,
) -> HeldOut | None:
    if version is None or "chosen" not in version.report:  # the client's own model
        return None
    if version.held_out is not None:
        return heldout.read(runtime.blobs, version.held_out)
    count = len(found.items)
    drawn = np.random.default_rng([project.seed, count]).permutation(count)[:MOST_JUDGED]
    some = np.sort(drawn)
    agreed = Agreed(positions=found.items[some], labels=found.labels[some])
    return agreeing.held_out(runtime, project, shards, agreed, estimator=version.report["chosen"])
