"""The shapes that a rule may have, filled in for a situation; how many items each looks at."""

from collections.abc import Mapping
from dataclasses import replace
from math import ceil
from typing import Any

from service.domain.catalogue import Strategy
from workers.learning.rules import Features, Rule, Situation, Spread

SHORTLIST_BATCHES, LONGEST_SHORTLIST, LONGEST_OF_CLUSTERS = 10, 5_000, 10_000
CLUSTERS = 200
HERDED = 4_000
# Items that are picked one by one, which costs more by herding.
LEAST_PICKS, LEAST_HERDED, PICKED_BATCHES = 1_000, 300, 2
PICKED_OF_ALL = 10_000
NEAR_DUPLICATE = 0.95
# From so many classes on a batch has at most so many times its even share of a predicted class.
MANY_CLASSES, CAP = 20, 3
# Where all items are ordered by what they are: the largest pool that is looked at whole, and how
# many items are looked at of a larger one. Texts are projected first, which costs more.
SAMPLES: Mapping[Spread, Mapping[Features, tuple[int, int]]] = {
    Spread.ALL_KMEANS: {Features.DENSE: (200_000, 50_000), Features.SPARSE: (40_000, 20_000)},
    Spread.ALL_TYPICAL: {Features.DENSE: (10_000, 10_000), Features.SPARSE: (10_000, 10_000)},
    Spread.ALL_HERDING: {Features.DENSE: (HERDED, HERDED), Features.SPARSE: (HERDED, HERDED)},
}
ORDERS_ALL = {
    Spread.ALL_KMEANS: Strategy.DIVERSE,
    Spread.ALL_TYPICAL: Strategy.TYPICLUST,
    Spread.ALL_HERDING: Strategy.UHERDING,
    Spread.ALL_CHANCE: Strategy.RANDOM,
}


def by_score(
    case: Situation, strategy: Strategy, *, name: str, why: str, positive: int | None = None
) -> Rule:
    """An order by scores alone; where a class is sought and none was named, the rarest so far."""
    sought = case.positive if positive is None else positive
    sought = case.rarest if sought is None else sought
    seeking: Mapping[Strategy, Mapping[str, Any]] = {
        Strategy.MOST_LIKELY: {"scorer": "most_likely", "positive": sought},
        Strategy.HYBRID: {"second": "most_likely", "positive": sought, "spread": Spread.TURNS},
    }
    more = seeking.get(strategy, {"scorer": str(strategy)})
    return _rule(case, name=name, why=why, strategy=strategy, **more)


def by_power(case: Situation, *, name: str, why: str) -> Rule:
    """An order by doubt with noise."""
    return _rule(case, name=name, why=why, strategy="power_margin", scorer="power")


def spread_out(case: Situation, *, name: str, why: str) -> Rule:
    """A shortlist by doubt, spread out by k-means++."""
    return _rule(
        case,
        name=name,
        why=why,
        strategy="margin_diversified",
        spread=Spread.KMEANS,
        shortlist=_shortlist(case),
        cap=_cap(case),
    )


def distinct(case: Situation, *, name: str, why: str) -> Rule:
    """A shortlist by doubt, from which what nearly repeats a better item stands back."""
    return _rule(
        case,
        name=name,
        why=why,
        strategy="margin_distinct",
        shortlist=_shortlist(case),
        likeness=NEAR_DUPLICATE,
        cap=_cap(case),
    )


def clustered(case: Situation, *, name: str, why: str) -> Rule:
    """A shortlist by doubt, from whose clusters the best are taken in turns."""
    return _rule(
        case,
        name=name,
        why=why,
        strategy="cluster_margin",
        spread=Spread.CLUSTERS,
        shortlist=min(SHORTLIST_BATCHES * case.batch_size, LONGEST_OF_CLUSTERS),
        clusters=CLUSTERS,
        cap=_cap(case),
    )


def herding(case: Situation, *, name: str, why: str, with_cap: bool = False) -> Rule:
    """UHerding over the most doubtful items and as many drawn by chance."""
    if case.features is Features.NONE:
        why += "; there are no features to tell like items apart by, so they go by doubt alone"
        return by_score(case, Strategy.MARGIN, name=name, why=why)
    return _rule(
        case,
        name=name,
        why=why,
        strategy=Strategy.UHERDING,
        spread=Spread.HERDING,
        shortlist=HERDED // 2,
        drawn=HERDED - HERDED // 2,
        cap=_cap(case) if with_cap else None,
    )


def of_all(case: Situation, spread: Spread, *, name: str, why: str) -> Rule:
    """An order of all items by what they are; by chance where nothing is known of them."""
    if case.features is Features.NONE and spread is not Spread.ALL_CHANCE:
        why += "; nothing is known of the items that would tell them apart, so chance orders them"
        spread = Spread.ALL_CHANCE
    most, sample = SAMPLES.get(spread, {}).get(case.features, (case.pool_size, None))
    rule = _rule(
        case,
        name=name,
        why=why,
        strategy=ORDERS_ALL[spread],
        spread=spread,
        sample=sample if case.pool_size > most else None,
    )
    return replace(rule, picks=PICKED_OF_ALL) if spread is Spread.ALL_KMEANS else rule


def _rule(case: Situation, *, strategy: str, **more: Any) -> Rule:
    is_herding = strategy == Strategy.UHERDING
    least = LEAST_HERDED if is_herding else LEAST_PICKS
    picks = max(least, PICKED_BATCHES * case.batch_size)
    return Rule(strategy=str(strategy), batch_size=case.batch_size, picks=picks, **more)


def _shortlist(case: Situation) -> int:
    return min(SHORTLIST_BATCHES * case.batch_size, LONGEST_SHORTLIST)


def _cap(case: Situation) -> int | None:
    many = len(case.classes) >= MANY_CLASSES
    return ceil(CAP * case.batch_size / len(case.classes)) if many else None
