"""Scores and features into an order of the pool, by the project's strategy."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from service.domain.catalogue import Reason, Strategy
from workers.learning import diversity, scaling, selection
from workers.learning.arrays import Floats, Ints, Matrix, is_sparse
from workers.learning.scaling import DenseMoments, Kind, Moments, SparseMoments
from workers.learning.selection import Ranked

# SCIENCE 1.5: beyond this, k-means++ runs on a sample.
LARGEST_COLD_START, SAMPLE = 200_000, 50_000
# Distances (rows x picks x dimensions) that an order by diversity may cost.
BUDGET = 2_000_000_000
LEAST_PICKS = 100
# Term counts are projected first, which costs more than the distances.
LARGEST_OF_TERMS, SAMPLE_OF_TERMS, DIMENSIONS_OF_TERMS = 40_000, 20_000, 100
SHORTLIST_BATCHES, LONGEST_SHORTLIST = 10, 5_000
# Columns whose spreads differ by more are standardised before distances are taken.
LIKE_SPREADS = 10.0


@dataclass(frozen=True, kw_only=True)
class Ordered:
    """An order, what made it, and why its items are served."""

    ranked: Ranked
    strategy: str
    reason: Reason


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidates:
    """Items that may be offered, and how to get features."""

    positions: Ints
    """Ascending, int64[n]."""
    labelled: Ints
    """Items that have a label already, ascending."""
    features: Callable[[Ints], Matrix]
    """Raw rows of items, ascending positions."""
    moments: Moments
    seed: int
    rng: np.random.Generator


def by_score(pool: Candidates, scores: Floats, strategy: Strategy) -> Ordered:
    """Order by scores, float64[n] for the candidates; ties by seeded hash."""
    ties = selection.hashes(pool.seed, pool.positions)
    order = selection.order(scores, ties)
    ranked = Ranked(positions=pool.positions[order], scores=scores[order])
    return Ordered(ranked=ranked, strategy=str(strategy), reason=Reason.STRATEGY)


def shortlist(batch_size: int) -> int:
    """How many of the best are spread out."""
    return min(SHORTLIST_BATCHES * batch_size, LONGEST_SHORTLIST)


def diversified(pool: Candidates, best: Ranked, *, batch_size: int) -> Ordered:
    """Spread the head of an order by margin out, so that any beginning of it is a good batch.

    The best ten batches are reordered by k-means++ on unit rows, best one first.
    """
    length = min(shortlist(batch_size), len(best.positions))
    head = best.positions[:length]
    rows = np.argsort(head)
    matrix = scaled(pool, pool.features(head[rows]))[np.argsort(rows)]
    spread = diversity.diversify(matrix, pool.rng, picks=min(length, max(1_000, 2 * batch_size)))
    order = np.concatenate([spread, np.arange(length, len(best.positions))])
    ranked = Ranked(positions=best.positions[order], scores=best.scores[order])
    return Ordered(ranked=ranked, strategy="margin_diversified", reason=Reason.STRATEGY)


def by_diversity(pool: Candidates, *, reason: Reason) -> Ordered:
    """Order by k-means++, away from what is labelled already; the tail by seeded hash.

    An item's score is the share of the order that is behind it.
    """
    count = len(pool.positions)
    ties = selection.hashes(pool.seed, pool.positions)
    shuffled = np.argsort(ties, kind="stable")
    most, kept = LARGEST_COLD_START, SAMPLE
    if isinstance(pool.moments, SparseMoments):
        most, kept = LARGEST_OF_TERMS, SAMPLE_OF_TERMS
    sample = np.sort(shuffled[:kept] if count > most else shuffled)
    asked = np.union1d(pool.positions[sample], pool.labelled)
    matrix = scaled(pool, pool.features(asked))
    if is_sparse(matrix):
        matrix = diversity.reduced(matrix, DIMENSIONS_OF_TERMS, pool.rng)
    is_labelled = np.isin(asked, pool.labelled, assume_unique=True)
    free = matrix[~is_labelled]
    picks = max(LEAST_PICKS, BUDGET // max(1, free.shape[0] * free.shape[1]))
    chosen = matrix[is_labelled] if is_labelled.any() else None
    head = sample[diversity.kmeans_plus_plus(free, picks, pool.rng, chosen=chosen)]
    tail = shuffled[~np.isin(shuffled, head)]
    order = np.concatenate([head, tail])
    scores = 1.0 - np.arange(count) / max(count, 1)
    ranked = Ranked(positions=pool.positions[order], scores=scores)
    return Ordered(ranked=ranked, strategy=str(Strategy.DIVERSE), reason=reason)


def scaled(pool: Candidates, matrix: Matrix) -> Matrix:
    """Rows in the space where distances are taken: unit length, or standardised, or tf-idf."""
    if isinstance(pool.moments, SparseMoments):
        return scaling.apply(scaling.of(Kind.TFIDF, pool.moments), matrix)
    kind = Kind.STANDARD if _spreads_differ(pool.moments) else Kind.UNIT
    return scaling.apply(scaling.of(kind, pool.moments), matrix).astype(np.float32)


def _spreads_differ(moments: Moments) -> bool:
    if not isinstance(moments, DenseMoments):
        return False
    spreads = np.sqrt(moments.variance[moments.variance > 0])
    return len(spreads) > 0 and bool(spreads.max() > LIKE_SPREADS * np.median(spreads))
