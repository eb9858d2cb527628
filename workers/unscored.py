"""All items of a pool into an order, by what they are: before there is a version, or on request."""

import numpy as np

from service.domain.catalogue import Reason
from workers import ordering
from workers.learning import diversity, herding, selection, typicality
from workers.learning.arrays import Dense, Ints
from workers.learning.rules import Rule, Spread
from workers.learning.selection import Ranked
from workers.ordering import Candidates, Ordered

# Distances (rows x picks x dimensions) that an order by k-means++ may cost.
BUDGET = 2_000_000_000
LEAST_PICKS = 100


def by_items(rule: Rule, pool: Candidates, *, reason: Reason) -> Ordered:
    """Order the candidates away from what is labelled already; the tail by seeded hash.

    An item's score is the share of the order that is behind it, or its draw where chance orders.
    """
    if rule.spread is Spread.ALL_CHANCE:
        return Ordered(ranked=_by_chance(pool), rule=rule, reason=reason)
    count = len(pool.positions)
    shuffled = np.argsort(selection.hashes(pool.seed, pool.positions), kind="stable")
    sample = np.sort(shuffled[: rule.sample])
    asked = np.concatenate([pool.positions[sample], pool.labelled])
    rows = ordering.dense_rows_of(pool, asked)
    head = sample[_picked(rule, rows[: len(sample)], rows[len(sample) :], pool.rng)]
    order = np.concatenate([head, shuffled[~np.isin(shuffled, head)]])
    scores = 1.0 - np.arange(count) / max(count, 1)
    ranked = Ranked(positions=pool.positions[order], scores=scores)
    return Ordered(ranked=ranked, rule=rule, reason=reason)


def _picked(rule: Rule, rows: Dense, labelled: Dense, rng: np.random.Generator) -> Ints:
    match rule.spread:
        case Spread.ALL_TYPICAL:
            return typicality.typiclust(rows, rule.batch_size, rng, labelled=labelled)
        case Spread.ALL_HERDING:
            return herding.uherding(rows, rule.picks, labelled=labelled)
    within = max(LEAST_PICKS, BUDGET // max(1, rows.shape[0] * rows.shape[1]))
    picks = min(rule.picks, within)
    chosen = labelled if len(labelled) else None
    return diversity.kmeans_plus_plus(rows, picks, rng, chosen=chosen)


def _by_chance(pool: Candidates) -> Ranked:
    # Another seed than that of ties: chance is drawn anew for each ranking.
    draws = pool.rng.random(len(pool.positions))
    order = np.argsort(-draws, kind="stable")
    return Ranked(positions=pool.positions[order], scores=draws[order])
