"""Simulations: what is asked of one, what it needs, and what its answer is worth in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from service.domain.catalogue import Strategy

BASELINE = str(Strategy.RANDOM)
LEAST_JUDGED = 20
"""Items that versions are judged on, at least."""
MOST_BATCHES = 1_000
"""Batches of one replay, which one worker goes through within an hour."""
_LEAST_BATCHES = 2


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is replayed: every strategy under every seed."""

    strategies: tuple[str, ...]
    estimator: Mapping[str, Any]
    seeds: int
    batch_size: int
    labels: int
    """Labels in all that each replay may ask for."""
    test_share: float
    targets: tuple[float, ...] | None = None
    """Accuracies to be reached; none for shares of what random choice ends with."""

    def replays(self) -> list[tuple[str, int]]:
        """Strategy and seed of each replay; one seed after the other, under every strategy."""
        return [(strategy, seed) for seed in range(self.seeds) for strategy in self.strategies]


def asked_of(kept: Mapping[str, Any]) -> Asked:
    """Read what was asked from what is kept of it as JSON."""
    targets = kept["targets"]
    same = {"strategies": tuple(kept["strategies"])}
    return Asked(**{**kept, **same, "targets": None if targets is None else tuple(targets)})


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where the labelled items of a replay come from."""

    items: int
    reserved: int
    """Those of them that are in the audit reserve."""
    registered: int
    """All items of the project."""


def with_baseline(strategies: tuple[str, ...]) -> tuple[str, ...]:
    """Random choice is always replayed: it is what the others are compared with.

    >>> with_baseline(("margin",))
    ('margin', 'random')
    """
    return strategies if BASELINE in strategies else (*strategies, BASELINE)


def problem_of_rounds(asked: Asked, *, items: int, most: int) -> tuple[str, str] | None:
    """Which field asks for more rounds than replays of so many items may have, and why; or none.

    >>> asked = Asked(
    ...     strategies=("margin", "random"), estimator={}, seeds=10, batch_size=10, labels=500,
    ...     test_share=0.3,
    ... )
    >>> problem_of_rounds(asked, items=900, most=999)
    ('seeds', '2 strategies x 10 seeds x 50 batches are 1000 rounds; 999 are allowed')
    """
    pool = items - round(asked.test_share * items)
    batches = ceil(min(asked.labels, pool) / asked.batch_size)
    if batches > MOST_BATCHES:
        return "batch_size", f"makes {batches} batches of a replay; {MOST_BATCHES} are allowed"
    arms, seeds = len(asked.strategies), asked.seeds
    rounds = arms * seeds * batches
    if rounds > most:
        asked_for = f"{arms} strategies x {seeds} seeds x {batches} batches"
        return "seeds", f"{asked_for} are {rounds} rounds; {most} are allowed"
    return None


def least_items(*, batch_size: int, test_share: float) -> int:
    """Labelled items that can be split: enough to judge on, and two batches to choose from.

    >>> least_items(batch_size=10, test_share=0.3)
    67
    >>> least_items(batch_size=100, test_share=0.5)
    400
    """
    judged = LEAST_JUDGED / test_share
    learned = _LEAST_BATCHES * batch_size / (1 - test_share)
    return ceil(max(judged, learned))


def problem_of_labels(asked: Asked, *, items: int, classes: int) -> str | None:
    """Why labelled items cannot be replayed, and how many could, if they cannot."""
    if classes < 2:
        seen = "no item is labelled" if classes == 0 else "all labels are of one class"
        return f"a replay needs labels of at least two classes; {seen}"
    least = least_items(batch_size=asked.batch_size, test_share=asked.test_share)
    if items < least:
        return (
            f"{least} labelled items are needed for batches of {asked.batch_size} and a test "
            f"share of {asked.test_share:g}; there are {items}"
        )
    return None


def how_to_read(origin: Origin) -> str:
    """What the figures are of, and in what they differ from the service at work."""
    there = f"{origin.items} labelled items of {origin.registered} were replayed"
    if origin.items >= origin.registered:
        there += ", which is all of the pool."
    else:
        there += (
            f", {origin.reserved} of them from the audit reserve. Items that were labelled because "
            "a strategy asked for them are harder to tell apart than the rest of the pool: "
            "accuracies are lower here than on the pool, and savings are those on such items."
        )
    return (
        f"{there} Each strategy is replayed without audit and coverage shares, of which the "
        "audit share (a tenth by default) is to be added to the labels that it needs, and with "
        "a version after every batch."
    )
