"""What a version says of rows, and their scores by the project's strategy."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from service.domain.catalogue import Strategy
from service.runtime import Runtime
from service.store import brought as stretches
from service.store.predictions import UNSAID
from service.store.tables.learning import Version
from service.store.tables.pool import Project
from workers import brought
from workers.learning import fitted, selection, strategies
from workers.learning.arrays import Floats, Ints, Matrix
from workers.learning.strategies import Scorer
from workers.pool import models, shards

_ROWS_AT_ONCE = 8_192


@dataclass(frozen=True, kw_only=True, eq=False)
class Said:
    """Scores float64[n], decided classes uint16[n], probabilities float16[n, K]."""

    scores: Floats
    labels: npt.NDArray[np.uint16]
    probabilities: npt.NDArray[np.float16]


def scorer_name(strategy: Strategy) -> str:
    """What scores; `auto` shortlists by margin, and `diverse` asks no model at all."""
    return str(Strategy.MARGIN if strategy in (Strategy.AUTO, Strategy.DIVERSE) else strategy)


def judge(
    runtime: Runtime,
    project: Project,
    version: Version,
    matrix: Matrix,
    positions: Ints,
    *,
    scorer: str | None = None,
) -> Said:
    """Score the rows of items, a block at a time."""
    scoring = _scoring(project, positions, scorer)
    if brought.is_brought(version):
        return _judge_brought(runtime, version, positions, scoring)
    model = models.load(runtime.blobs.path(version.model), version.model)
    count, classes = matrix.shape[0], len(version.classes)
    scores = np.empty(count)
    labels = np.empty(count, dtype="<u2")
    probabilities = np.empty((count, classes), dtype="<f2")
    for first, block in shards.blocks(matrix, _ROWS_AT_ONCE):
        said = fitted.outputs(model, block)
        rows = slice(first, first + block.shape[0])
        scores[rows] = scoring.score(said, scoring.draws[rows])
        labels[rows], probabilities[rows] = said.label, said.proba
    return Said(scores=scores, labels=labels, probabilities=probabilities)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Scoring:
    """What scores some items, and their draws, float64[n]."""

    score: Scorer
    draws: Floats


def _scoring(project: Project, positions: Ints, name: str | None) -> _Scoring:
    return _Scoring(
        score=strategies.SCORERS[name or scorer_name(Strategy(project.strategy))],
        # A random strategy draws anew for each ranking, every time the same for the same ranking.
        draws=selection.draws(project.seed + project.ranking_count, positions),
    )


def _judge_brought(runtime: Runtime, version: Version, positions: Ints, scoring: _Scoring) -> Said:
    """The same by what a client brought; items of which nothing is known come last."""
    with runtime.readers() as session:
        digests = stretches.find_all(session, version.id)
    said, known = brought.outputs(runtime.blobs, digests, positions, classes=len(version.classes))
    scores = scoring.score(said, scoring.draws)
    return Said(
        scores=brought.behind(scores, known, scoring.draws),
        labels=np.where(known, said.label, UNSAID).astype("<u2"),
        probabilities=said.proba.astype("<f2"),
    )
