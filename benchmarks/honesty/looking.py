"""What reports say of a pool, look by look, where its labels come in one way or another."""

from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from benchmarks.honesty.planted import World
from workers.learning import coverage, regions, spotting
from workers.learning.arrays import Ints
from workers.learning.regions import Checks, Flag, Region

SPOTS, SHARES, RANDOM = ARMS = ("spot checks", "the default shares", "random")
STEP = 20
"""Labels between two looks."""
GRAVE = {Flag.BAD, Flag.OVERCONFIDENT}


@dataclass(frozen=True, kw_only=True)
class Look:
    """What was flagged after so many labels, of which some are evidence."""

    spent: int
    checked: int
    flags: set[int]


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """Items that people have labelled."""

    checked: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    """Drawn within their clusters, so that they tell how often the version is wrong there."""
    taught: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    """Chosen by a strategy, which is no evidence."""

    @property
    def labelled(self) -> Ints:
        """All of them."""
        return np.concatenate([self.checked, self.taught])

    @property
    def spent(self) -> int:
        """How many there are."""
        return len(self.checked) + len(self.taught)

    def and_checked(self, more: Ints) -> Self:
        """These and others that were drawn."""
        return replace(self, checked=np.concatenate([self.checked, more]))

    def and_taught(self, more: Ints) -> Self:
        """These and others that were chosen."""
        return replace(self, taught=np.concatenate([self.taught, more]))


def looks(world: World, arm: str, seed: int, most: int) -> list[Look]:
    """What is known after each batch, until something of the planted region is flagged."""
    rng = np.random.default_rng([seed, len(arm)])
    asking, found, judged = Asked(), list[Look](), list[list[Region]]()
    while asking.spent <= most:
        judged.append(_judged(world, asking, is_uniform=arm != SPOTS))
        flags = {each.cluster for each in judged[-1] if GRAVE & set(each.flags)}
        found.append(Look(spent=asking.spent, checked=len(asking.checked), flags=flags))
        if flags & world.blind:
            break
        free = np.setdiff1d(np.arange(len(world.clusters)), asking.labelled)
        if arm == SPOTS:
            asking = asking.and_checked(_spots(world, free, judged[-1], rng))
        elif arm == RANDOM:
            asking = asking.and_checked(rng.choice(free, STEP, replace=False))
        else:  # an order is written with its ranking, before the report that follows that
            asking = _shares(world, asking, free, judged[-2] if judged[1:] else [], rng)
    return found


def _spots(world: World, free: Ints, judged: list[Region], rng: np.random.Generator) -> Ints:
    """The next spot checks, as the report orders them."""
    return spotting.order(
        world.clusters[free],
        free,
        world.confidences[free],
        regions.by_cluster(judged, lambda each: each.checked),
        [each.cluster for each in regions.suspicion(judged)],
        count=STEP,
        rng=rng,
    ).positions


def _shares(
    world: World, asked: Asked, free: Ints, judged: list[Region], rng: np.random.Generator
) -> Asked:
    """An ordinary batch: a tenth coverage, a tenth audit, and what the version is least sure of."""
    is_free = np.isin(np.arange(len(world.clusters)), free)
    covered = coverage.order(
        world.clusters.astype(np.uint16),
        is_free,
        asked.labelled,
        [each.cluster for each in regions.suspicion(judged)],
        count=STEP // 10,
        rng=rng,
    ).positions
    rest = np.setdiff1d(free, covered)
    audited = rng.choice(rest, STEP // 10, replace=False)
    rest = np.setdiff1d(rest, audited)
    doubted = rest[np.argsort(world.confidences[rest])][: STEP - len(covered) - len(audited)]
    return asked.and_checked(np.concatenate([covered, audited])).and_taught(doubted)


def _judged(world: World, asked: Asked, *, is_uniform: bool) -> list[Region]:
    known = Checks(
        clusters=world.clusters[asked.checked],
        is_wrong=world.is_wrong[asked.checked],
        confidences=world.confidences[asked.checked],
        is_uniform=np.full(len(asked.checked), is_uniform),
    )
    count = int(world.clusters.max()) + 1
    labels = np.bincount(world.clusters[asked.labelled], minlength=count)
    return regions.found(np.bincount(world.clusters), labels, known)
