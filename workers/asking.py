"""What a replay asks for next, of a pool whose labels are all known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from service.domain.catalogue import Reason, Strategy
from service.domain.simulations import Asked
from workers import ordering, unscored
from workers.learning import regimes, rules, selection, strategies
from workers.learning.arrays import Ints, Matrix, is_sparse
from workers.learning.fitted import outputs
from workers.learning.rules import Features, Rule, Situation
from workers.learning.scaling import Moments
from workers.learning.selection import Ranked
from workers.learning.versions import Fitted
from workers.ordering import Candidates, Scored


@dataclass(frozen=True, kw_only=True, eq=False)
class Pool:
    """Items with their labels.

    Features are raw rows, float32[n, d] or CSR term weights; labels int64[n] index the classes.
    """

    features: Matrix
    labels: Ints
    classes: Sequence[str]
    moments: Moments
    """Of the items that are registered, as the caller sees it."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How to go through a pool."""

    strategy: str
    estimator: Mapping[str, Any]
    """`name`, and the parameters that are fixed."""
    batch_size: int
    budget: int
    """Labels in all, those at the start included."""
    seed: int
    test_share: float = 0.3
    goal: Mapping[str, Any] | None = None


def plan_of(asked: Asked, *, strategy: str, seed: int, goal: Mapping[str, Any] | None) -> Plan:
    """How one replay of a simulation goes; `goal` is as a project has it."""
    return Plan(
        strategy=strategy,
        estimator=asked.estimator,
        batch_size=asked.batch_size,
        budget=asked.labels,
        seed=seed,
        test_share=asked.test_share,
        goal=goal,
    )


def next_items(pool: Pool, plan: Plan, fitted: Fitted | None, free: Ints, labelled: Ints) -> Ints:
    """The items to ask for, best first, at least a batch of them if there are."""
    rule = _rule(pool, plan, fitted, free, labelled)
    # Nobody sees more of the order; where a class has a cap, others must be there to step in.
    rule = replace(rule, picks=plan.batch_size * (1 if rule.cap is None else 3))
    rng = np.random.default_rng([plan.seed, len(labelled)])
    candidates = Candidates(
        positions=free,
        labelled=np.sort(labelled),
        features=lambda wanted: pool.features[wanted],
        moments=pool.moments,
        seed=plan.seed,
        rng=rng,
    )
    if fitted is None or rule.spread.is_of_all:
        return unscored.by_items(rule, candidates, reason=Reason.STRATEGY).ranked.positions
    said = outputs(fitted, pool.features[free])
    draws = selection.draws(plan.seed + len(labelled), free)
    ties = selection.hashes(plan.seed, free)

    def ranked(scorer: str) -> Ranked:
        return selection.ranked(free, strategies.SCORERS[scorer](said, draws, rule.positive), ties)

    best = ranked(rule.scorer)
    by_chance = np.sort(rng.permutation(len(free))[: rule.drawn])
    scored = Scored(
        best=best,
        second=ranked(rule.second) if rule.second else None,
        drawn=best.at(by_chance),
        classes=lambda wanted: said.label[np.searchsorted(free, wanted)],
    )
    return ordering.by_rule(rule, scored, candidates).ranked.positions


def _rule(pool: Pool, plan: Plan, fitted: Fitted | None, free: Ints, labelled: Ints) -> Rule:
    goal, positive = rules.goal_of(plan.goal, pool.classes)
    counts = np.bincount(pool.labels[labelled], minlength=len(pool.classes))
    return regimes.decide(
        Situation(
            strategy=Strategy(plan.strategy),
            has_version=fitted is not None,
            classes=pool.classes,
            labels=counts.tolist(),
            features=Features.SPARSE if is_sparse(pool.features) else Features.DENSE,
            batch_size=plan.batch_size,
            pool_size=len(free),
            goal=goal,
            positive=positive,
        )
    )
