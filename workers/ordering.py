"""Scored items into an order, by a rule."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from service.domain.catalogue import Reason
from workers.learning import (
    alternation,
    clustering,
    diversity,
    herding,
    scaling,
    selection,
    thinning,
)
from workers.learning.arrays import Dense, Floats, Ints, Matrix, is_sparse
from workers.learning.rules import Rule, Spread
from workers.learning.scaling import DenseMoments, Kind, Moments, Scaling, SparseMoments
from workers.learning.selection import Ranked

# Texts are projected where distances are taken between many of them.
DIMENSIONS_OF_TEXT = 100
# Columns whose spreads differ by more are standardised before distances are taken.
LIKE_SPREADS = 10.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Ordered:
    """An order, what made it, and why its items are served."""

    ranked: Ranked
    rule: Rule
    reason: Reason
    ahead: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    """Items of the order that are not among the best that it was made from, int64[k]."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidates:
    """Items that may be offered, and how to get features."""

    positions: Ints
    """Ascending, int64[n]; what an order of all items is of."""
    labelled: Ints
    """Items that have a label already, ascending."""
    features: Callable[[Ints], Matrix]
    """Raw rows of items, ascending positions."""
    moments: Moments
    seed: int
    rng: np.random.Generator


@dataclass(frozen=True, kw_only=True, eq=False)
class Scored:
    """What scores say of the items that may be offered."""

    best: Ranked
    """By the rule's scorer: as many as are wanted in the order, or all."""
    second: Ranked | None = None
    """As many by its second scorer, if it has one."""
    drawn: Ranked | None = None
    """Some drawn by chance, in any order, if it asks for them."""
    classes: Callable[[Ints], Ints]
    """Predicted classes of items, positions in any order."""


def by_rule(rule: Rule, scored: Scored, pool: Candidates | None) -> Ordered:
    """Order scored items; `pool` may be missing if the rule does not look at features.

    What the rule spreads out comes first, then the rest of `scored.best`; no item comes twice.
    """
    ahead = np.zeros(0, np.int64)
    if scored.second is not None:
        count = max(len(scored.best.positions), len(scored.second.positions))
        ranked = alternation.alternate(scored.best, scored.second, count)
    elif rule.spread is Spread.HERDING:
        ranked, ahead = _herded(rule, scored, _given(pool))
    else:
        ranked = scored.best.at(_spread(rule, scored, pool))
    return Ordered(ranked=ranked, rule=rule, reason=Reason.STRATEGY, ahead=ahead)


def rows_of(pool: Candidates, positions: Ints) -> Matrix:
    """Rows of items, positions in any order, in the space where distances are taken."""
    asked, place = np.unique(positions, return_inverse=True)
    return scaled(pool, pool.features(asked))[place]


def dense_rows_of(pool: Candidates, positions: Ints) -> Dense:
    """The same as float32[n, d], texts projected."""
    rows = rows_of(pool, positions)
    return diversity.reduced(rows, DIMENSIONS_OF_TEXT, pool.rng) if is_sparse(rows) else rows


def scaled(pool: Candidates, matrix: Matrix) -> Matrix:
    """Rows in the space where distances are taken: unit length, or standardised, or tf-idf."""
    rows = scaling.apply(space(pool.moments), matrix)
    return rows if is_sparse(rows) else rows.astype(np.float32)


def space(moments: Moments) -> Scaling:
    """The space where distances between the items of a pool are taken."""
    if isinstance(moments, SparseMoments):
        return scaling.of(Kind.TFIDF, moments)
    says_little = len(moments.mean) == 1 or scaling.is_off_centre(moments)
    is_table = says_little or _spreads_differ(moments)
    return scaling.of(Kind.STANDARD if is_table else Kind.UNIT, moments)


def _spread(rule: Rule, scored: Scored, pool: Candidates | None) -> Ints:
    """Reorder the shortlist, and leave the rest: indices into the best."""
    length = min(rule.shortlist, len(scored.best.positions))
    head = scored.best.positions[:length]
    first, behind = np.arange(length), np.zeros(0, np.int64)
    if rule.looks_at_features and length:
        rows = rows_of(_given(pool), head)
        if rule.likeness is not None:
            is_repeat = thinning.repeats(rows, rule.likeness)
            first, behind = np.flatnonzero(~is_repeat), np.flatnonzero(is_repeat)
        first = first[_spread_rows(rule, rows[first], _given(pool).rng)]
    if rule.cap is not None:
        first = first[thinning.capped(scored.classes(head[first]), rule.cap)]
    return np.concatenate([first, behind, np.arange(length, len(scored.best.positions))])


def _spread_rows(rule: Rule, best_first: Matrix, rng: np.random.Generator) -> Ints:
    match rule.spread:
        case Spread.KMEANS:
            return diversity.diversify(best_first, rng, picks=rule.picks)
        case Spread.CLUSTERS:
            rows = best_first
            if is_sparse(rows):
                rows = diversity.reduced(rows, DIMENSIONS_OF_TEXT, rng)
            return clustering.cluster_margin(rows, rule.clusters, rng)
    return np.arange(best_first.shape[0])


def _herded(rule: Rule, scored: Scored, pool: Candidates) -> tuple[Ranked, Ints]:
    """Pick from the best and the drawn; the rest of the best follows as it is."""
    best, drawn = scored.best, scored.drawn
    looked = best.at(slice(rule.shortlist))
    if drawn is not None:
        new = drawn.at(~np.isin(drawn.positions, looked.positions))
        looked = selection.joined([looked, new])
    count = len(looked.positions)
    rows = dense_rows_of(pool, np.concatenate([looked.positions, pool.labelled]))
    picks = herding.uherding(
        rows[:count], rule.picks, doubt=_doubt(looked.scores), labelled=rows[count:]
    )
    if rule.cap is not None:
        picks = picks[thinning.capped(scored.classes(looked.positions[picks]), rule.cap)]
    picked = looked.at(picks)
    rest = best.at(~np.isin(best.positions, picked.positions))
    ahead = picked.positions[~np.isin(picked.positions, best.positions)]
    return selection.joined([picked, rest]), ahead


def _doubt(margins: Floats) -> Floats:
    """Scores by margin as numbers from 0 to 1.

    If none is above zero they are minus the distances between the two best decisions, of which
    this is the margin of a sigmoid. Of what is below zero among others nothing is known.
    """
    if margins.max(initial=0.0) > 0:
        return np.clip(margins, 0.0, 1.0)
    return 1.0 + np.tanh(margins / 2)


def _given(pool: Candidates | None) -> Candidates:
    if pool is None:
        raise ValueError("this rule looks at features")
    return pool


def _spreads_differ(moments: DenseMoments) -> bool:
    spreads = np.sqrt(moments.variance[moments.variance > 0])
    return len(spreads) > 0 and bool(spreads.max() > LIKE_SPREADS * np.median(spreads))
