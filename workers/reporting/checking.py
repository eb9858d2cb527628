"""What versions had said of items before these were labelled, where chance chose the items."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from service.runtime import Runtime
from service.store import brought as stretches
from service.store import versions
from service.store.checks import Answered
from service.store.tables.learning import Version
from service.store.tables.pool import Project, Shard
from service.store.tables.reports import Check
from workers import brought
from workers.learning import fitted
from workers.learning.arrays import Floats, Ints
from workers.pool import features, models


def checks_of(
    runtime: Runtime, project: Project, there: Sequence[Shard], answered: Sequence[Answered]
) -> list[Check]:
    """Compare each item with the version that it was served under, which had not seen it."""
    found = []
    known = sorted(
        (each for each in answered if each.position < project.encoded),
        key=lambda each: (each.version, each.position),
    )
    for number, group in groupby(known, key=lambda each: each.version):
        items = list(group)
        with runtime.readers() as session:
            version = versions.get(session, project.id, number)
        positions: Ints = np.array([each.position for each in items], dtype=np.int64)
        labels, confidences = _said(runtime, version, there, positions)
        found += [
            Check(
                project_id=project.id,
                position=item.position,
                reason=item.reason,
                probability=item.probability,
                version=number,
                predicted=label,
                confidence=confidence,
            )
            for item, label, confidence in zip(
                items, labels.tolist(), confidences.tolist(), strict=True
            )
        ]
    return found


def _said(
    runtime: Runtime, version: Version, there: Sequence[Shard], positions: Ints
) -> tuple[Ints, Floats]:
    """Decisions and their probabilities."""
    if brought.is_brought(version):
        with runtime.readers() as session:
            digests = stretches.find_all(session, version.id)
        classes = len(version.classes)
        said, _ = brought.outputs(runtime.blobs, digests, positions, classes=classes)
    else:
        model = models.load(runtime.blobs.path(version.model), version.model)
        said = fitted.outputs(model, features.take(runtime.blobs, there, positions))
    return said.label, said.proba[np.arange(len(positions)), said.label]
