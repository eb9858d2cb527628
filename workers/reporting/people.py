"""What people say of items, and what versions without each item say of it, for a report."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.runtime import Runtime
from service.store import repeats, versions
from service.store.tables.learning import Version
from service.store.tables.pool import Project, Shard
from service.store.training import Row
from workers import agreeing, gate
from workers.agreeing import Agreed
from workers.learning.arrays import Floats, Ints
from workers.learning.consensus import Resolved
from workers.learning.votes import Named
from workers.pool import heldout
from workers.pool.heldout import HeldOut
from workers.reporting.labelled import Labelled

GROWTH = 1.1
"""What versions without an item say of it is had anew with so many times as many labels."""
MOST_JUDGED = 5_000
"""Items that versions are made without; of more, so many are drawn."""


@dataclass(frozen=True, kw_only=True, eq=False)
class People:
    """All that a report needs of the people who label."""

    spoken: Sequence[Row]
    """Every current label, those of the reserve included."""
    repeated: Sequence[Row]
    """Labels among them that answer a blind repeat."""
    judged: Named | None
    """Labels of the items that versions were made without; none if there are too few labels."""
    proba: Floats
    """What these say, float64[items of `judged`, K]."""
    resolved: Ints
    """One label an item, int64[items of `judged`]."""
    made: HeldOut | None
    """What versions without items say, if they were made for this report: to be kept."""


def load(
    runtime: Runtime,
    project: Project,
    labelled: Labelled,
    shards: Sequence[Shard],
    version: Version | None,
) -> People:
    """Read what people say, and make versions without items where none are new enough."""
    with runtime.readers() as session:
        repeated = repeats.list_for(session, project)
        last = versions.find_last_held_out(session, project.id)
    found = gate.resolved(labelled.training, below=project.encoded)
    held, made = _kept(runtime, project, last, version), None
    if held is None:
        held = made = _held_out(runtime, project, shards, version, found)
    both = heldout.beside(held, labelled.training, classes=len(project.classes)) if held else None
    if both is None:
        return People(
            spoken=labelled.known,
            repeated=repeated,
            judged=None,
            proba=np.zeros((0, len(project.classes))),
            resolved=np.zeros(0, np.int64),
            made=None,
        )
    return People(
        spoken=labelled.known,
        repeated=repeated,
        judged=both.named,
        proba=both.proba,
        resolved=found.labels[np.searchsorted(found.items, both.named.positions)],
        made=made,
    )


def _kept(
    runtime: Runtime, project: Project, last: Version | None, version: Version | None
) -> HeldOut | None:
    """What was said last, if that is new enough and of all classes of today."""
    if last is None or (version is not None and version.labels > GROWTH * last.labels):
        return None
    held = heldout.read(runtime.blobs, last.held_out or "")
    return held if held.proba.shape[1] == len(project.classes) else None


def _held_out(
    runtime: Runtime,
    project: Project,
    shards: Sequence[Shard],
    version: Version | None,
    found: Resolved,
) -> HeldOut | None:
    if version is None or "chosen" not in version.report:  # the client's own model
        return None
    count = len(found.items)
    drawn = np.random.default_rng([project.seed, count]).permutation(count)[:MOST_JUDGED]
    some = np.sort(drawn)
    agreed = Agreed(positions=found.items[some], labels=found.labels[some])
    return agreeing.held_out(runtime, project, shards, agreed, estimator=version.report["chosen"])
