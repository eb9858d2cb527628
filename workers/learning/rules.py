"""What a ranking is made by, as data: a situation, and the rule that is chosen for it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from service.domain.catalogue import GoalType, Strategy


class Features(StrEnum):
    """What items can be told apart by."""

    DENSE = "dense"
    SPARSE = "sparse"
    NONE = "none"


class Spread(StrEnum):
    """How a ranking is made of scores, or of items where nothing scores them."""

    BY_SCORE = "by_score"
    KMEANS = "kmeans"
    """k-means++ over a shortlist."""
    HERDING = "herding"
    """UHerding over a shortlist and as many items drawn by chance."""
    CLUSTERS = "clusters"
    """Cluster-Margin over a shortlist."""
    TURNS = "turns"
    """Two orders taken in turns."""
    ALL_KMEANS = "all_kmeans"
    ALL_TYPICAL = "all_typical"
    ALL_HERDING = "all_herding"
    ALL_CHANCE = "all_chance"

    @property
    def is_of_all(self) -> bool:
        """Whether items are ordered by what they are, and not by scores."""
        return self.value.startswith("all_")


@dataclass(frozen=True, kw_only=True)
class Situation:
    """All that a rule is chosen by."""

    strategy: Strategy
    """As asked for."""
    has_version: bool
    """Whether there is something to score items by."""
    classes: Sequence[str]
    labels: Sequence[int]
    """Items labelled so far with each class, outside the audit reserve."""
    features: Features
    batch_size: int
    pool_size: int
    """Items that a strategy may choose from."""
    is_brought: bool = False
    """Whether a client's own model scores, of which the number of labels says nothing."""
    annotators: int = 0
    """Who hold a batch now."""
    goal: GoalType | None = None
    positive: int | None = None
    """Index of the class that is sought."""

    @property
    def labelled(self) -> int:
        """Labels so far."""
        return sum(self.labels)

    @property
    def rarest(self) -> int:
        """Index of the class with the fewest labels; the last of those that have equally few."""
        return min(range(len(self.labels)), key=lambda at: (self.labels[at], -at))


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a ranking is made by."""

    name: str
    """The row of the table, or `asked_for`."""
    why: str
    """One sentence or two for people."""
    strategy: str
    """What orders, as shown with each item that is served."""
    batch_size: int
    """What a good beginning is measured by."""
    scorer: str = "margin"
    """A name of `strategies.SCORERS`; items are scored by it even if their order is not."""
    second: str | None = None
    """The scorer of the second order, where two are taken in turns."""
    positive: int | None = None
    """What the scorers seek."""
    spread: Spread = Spread.BY_SCORE
    shortlist: int = 0
    """Items with the best scores that are spread out."""
    drawn: int = 0
    """Items drawn by chance that are looked at with them."""
    cap: int | None = None
    """Most items of one predicted class in a batch."""
    likeness: float | None = None
    """Items of the shortlist that are more alike than this stand behind it, but for the best."""
    clusters: int = 0
    """Of the shortlist."""
    sample: int | None = None
    """Most items that are looked at where all are ordered by what they are; the rest follow."""
    picks: int = 1_000
    """Items that are picked one by one; the rest of those looked at follow."""

    @property
    def scoring(self) -> str:
        """All that a shard's orders depend on but its version."""
        sought = "" if self.positive is None else f" {self.positive}"
        return self.scorer + (f" {self.second}" if self.second else "") + sought

    @property
    def looks_at_features(self) -> bool:
        """Whether items are told apart by more than their scores."""
        by_scores = (Spread.BY_SCORE, Spread.TURNS, Spread.ALL_CHANCE)
        return self.likeness is not None or self.spread not in by_scores

    @property
    def looks_at_labelled(self) -> bool:
        """Whether it matters where labels are already."""
        return self.looks_at_features and (self.spread.is_of_all or self.spread is Spread.HERDING)


def goal_of(
    goal: Mapping[str, Any] | None, classes: Sequence[str]
) -> tuple[GoalType | None, int | None]:
    """Give the type of a goal as projects have it, and the index of the class that is sought.

    >>> goal_of({"type": "recall", "positive": "spam"}, ["fine", "spam"])
    (<GoalType.RECALL: 'recall'>, 1)
    """
    if goal is None:
        return None, None
    positive = goal.get("positive")
    return GoalType(goal["type"]), None if positive is None else list(classes).index(positive)


def pack(rule: Rule) -> dict[str, Any]:
    """A rule as plain values, fit for JSON."""
    return asdict(rule)


def unpack(values: Mapping[str, Any]) -> Rule:
    """A rule from what `pack` made."""
    return Rule(**{**values, "spread": Spread(values["spread"])})
