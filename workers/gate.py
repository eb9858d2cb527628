"""Judges a new version against the one in use, on audit labels that neither was trained on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from service.runtime import Runtime
from service.store import training, versions
from service.store.tables.learning import Version
from service.store.tables.pool import Project, Shard
from workers.learning import consensus, safeguards
from workers.learning.arrays import Ints, Matrix
from workers.learning.consensus import Resolved
from workers.learning.fitted import outputs
from workers.learning.safeguards import Compared
from workers.learning.versions import Fitted
from workers.pool import features, models
from workers.pool import shards as shard_files

_ROWS_AT_ONCE = 8_192


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The version in use, and what people say of items of the reserve."""

    in_use: Version
    items: Ints
    """Ascending positions, int64[n]."""
    labels: Ints
    """int64[n]."""


def evidence(session: Session, project: Project) -> Evidence | None:
    """Read what a new version is to be judged by; none if nothing can be refused.

    Who fixed an estimator's parameters has decided already.
    """
    in_use = versions.find(session, project.version_id)
    if in_use is None or set(project.estimator) > {"name"}:
        return None
    truth = resolved(training.audit_rows(session, project), below=project.encoded)
    if len(truth.items) < safeguards.LEAST_EVIDENCE:
        return None
    return Evidence(in_use=in_use, items=truth.items, labels=truth.labels)


def resolved(rows: Sequence[training.Row], *, below: int) -> Resolved:
    """One label an item, from what people say alone; of items whose features are there."""
    return consensus.of_rows([row for row in rows if row[0] < below])


def judge(runtime: Runtime, fitted: Fitted, found: Evidence, shards: Sequence[Shard]) -> Compared:
    """Compare a version that was just fitted with the one in use."""
    rows = features.take(runtime.blobs, shards, found.items)
    in_use = models.load(runtime.blobs.path(found.in_use.model), found.in_use.model)
    return safeguards.not_worse(
        _right(fitted, rows, found.labels), _right(in_use, rows, found.labels)
    )


def _right(fitted: Fitted, rows: Matrix, truth: Ints) -> npt.NDArray[np.bool_]:
    said = [outputs(fitted, block).label for _, block in shard_files.blocks(rows, _ROWS_AT_ONCE)]
    return np.asarray(np.concatenate(said) == truth)
