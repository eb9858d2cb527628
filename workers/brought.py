"""Probabilities that a client brought: kept by stretches of the pool, taken for a shard."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from service.domain.catalogue import Estimator, InputType
from service.store import versions
from service.store.blobs import Blobs
from service.store.brought import ROWS
from service.store.tables.learning import Version
from service.store.tables.pool import Project
from workers.learning.arrays import Floats, Ints
from workers.learning.fitted import Outputs

Known = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.float32]


def is_brought(version: Version) -> bool:
    """Whether a version is the client's own."""
    return bool(version.estimator["name"] == Estimator.EXTERNAL)


def to_score(session: Session, project: Project) -> int | None:
    """The version that a cycle without training scores by: the last one brought, or that in use."""
    if project.input_type != InputType.SCORES or project.pinned:
        return project.version_id
    last = versions.find_last(session, project.id)
    return last.id if last else None


def outputs(
    store: Blobs, digests: Mapping[int, str], positions: Ints, *, classes: int
) -> tuple[Outputs, Known]:
    """What was brought for some items, and for which of them anything was.

    Of the others it is said that nothing is known.
    """
    proba: Floats = np.full((len(positions), classes), np.nan)
    numbers = positions // ROWS
    for number in np.unique(numbers).tolist():
        if number in digests:
            held = _open(store, digests[number], classes)
            here = np.flatnonzero((numbers == number) & (positions - number * ROWS < len(held)))
            proba[here] = held[positions[here] - number * ROWS]
    known: Known = np.all(~np.isnan(proba), axis=1)
    proba[~known] = 1 / classes
    return Outputs(label=proba.argmax(axis=1).astype(np.int64), proba=proba), known


def behind(scores: Floats, known: Known, draws: Floats) -> Floats:
    """Scores with what is not known behind all that is, in random order."""
    return np.where(known, scores, scores.min(initial=0.0) - 1.0 - draws)


def merged(
    store: Blobs, digests: Mapping[int, str], positions: Ints, proba: Rows
) -> tuple[dict[int, str], int]:
    """Put rows in the place of what was brought before; say how many had been the same.

    `positions` ascend. Only stretches that change are written.
    """
    now, unchanged = dict(digests), 0
    for number in np.unique(positions // ROWS).tolist():
        here = positions // ROWS == number
        rows = positions[here] - number * ROWS
        before = _open(store, digests[number], proba.shape[1]) if number in digests else proba[:0]
        after: Rows = np.full((max(len(before), int(rows[-1]) + 1), proba.shape[1]), np.nan, "<f4")
        after[: len(before)] = before
        unchanged += int((after[rows] == proba[here]).all(axis=1).sum())
        after[rows] = proba[here]
        now[number] = store.put(after.tobytes())
    return now, unchanged


def _open(store: Blobs, digest: str, classes: int) -> Rows:
    return np.fromfile(store.path(digest), dtype="<f4").reshape(-1, classes)
