"""What a version says of rows, and their scores by a rule."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from service.runtime import Runtime
from service.store import brought as stretches
from service.store.predictions import UNSAID
from service.store.tables.learning import Version
from service.store.tables.pool import Project
from workers import brought
from workers.learning import fitted, selection, strategies
from workers.learning.arrays import Floats, Ints, Matrix
from workers.learning.fitted import Outputs
from workers.learning.rules import Rule
from workers.pool import lengths, models, shards

_ROWS_AT_ONCE = 8_192


@dataclass(frozen=True, kw_only=True, eq=False)
class Said:
    """Scores float64[n], decided classes uint16[n], probabilities float16[n, K]."""

    scores: Floats
    second: Floats | None
    """By the rule's second scorer, if it has one."""
    labels: npt.NDArray[np.uint16]
    probabilities: npt.NDArray[np.float16]


def judge(
    runtime: Runtime,
    project: Project,
    version: Version,
    matrix: Matrix,
    positions: Ints,
    *,
    rule: Rule,
    shard: Path | None = None,
) -> Said:
    """Score the rows of items, a block at a time.

    Args:
        shard: the file that these rows are all of, if they are.
    """
    scorers = _scorers(rule)
    # A random strategy draws anew for each ranking, every time the same for the same ranking.
    draws = selection.draws(project.seed + project.ranking_count, positions)
    if brought.is_brought(version):
        return _judge_brought(runtime, version, positions, scorers, draws)
    model = models.load(runtime.blobs.path(version.model), version.model)
    count, classes = matrix.shape[0], len(version.classes)
    scores = np.empty((len(scorers), count))
    labels = np.empty(count, dtype="<u2")
    probabilities = np.empty((count, classes), dtype="<f2")
    known = None if shard is None else lengths.known(shard, model)
    for first, block in shards.blocks(matrix, _ROWS_AT_ONCE):
        rows = slice(first, first + block.shape[0])
        said = fitted.outputs(model, block, None if known is None else known[rows])
        for each, score in zip(scores, scorers, strict=True):
            each[rows] = score(said, draws[rows])
        labels[rows], probabilities[rows] = said.label, narrowed(said.proba)
    return _said(list(scores), labels, probabilities)


_Scorers = Sequence[Callable[[Outputs, Floats], Floats]]


def _scorers(rule: Rule) -> _Scorers:
    names = [rule.scorer] if rule.second is None else [rule.scorer, rule.second]
    return [partial(strategies.SCORERS[name], positive=rule.positive) for name in names]


def _judge_brought(
    runtime: Runtime, version: Version, positions: Ints, scorers: _Scorers, draws: Floats
) -> Said:
    """The same by what a client brought; items of which nothing is known come last."""
    with runtime.readers() as session:
        digests = stretches.find_all(session, version.id)
    said, known = brought.outputs(runtime.blobs, digests, positions, classes=len(version.classes))
    return _said(
        [brought.behind(score(said, draws), known, draws) for score in scorers],
        np.where(known, said.label, UNSAID).astype("<u2"),
        narrowed(said.proba),
    )


def narrowed(proba: Floats) -> npt.NDArray[np.float16]:
    """Round to float16, by Arrow: of numbers near zero NumPy takes up to eight times as long."""
    narrow = pa.array(proba.ravel()).cast(pa.float16(), safe=False)
    return np.frombuffer(narrow.buffers()[1], "<f2", proba.size).reshape(proba.shape)


def _said(
    scores: Sequence[Floats],
    labels: npt.NDArray[np.uint16],
    probabilities: npt.NDArray[np.float16],
) -> Said:
    second = scores[1] if len(scores) > 1 else None
    return Said(scores=scores[0], second=second, labels=labels, probabilities=probabilities)
