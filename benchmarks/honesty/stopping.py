"""Searches that are stopped when a test says so: how often enough was found, and what it cost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from benchmarks.honesty.site import Site
from benchmarks.selection import replaying, rows
from benchmarks.selection.review import POSITIVE
from benchmarks.selection.rows import Row
from workers import replays as loops
from workers.asking import Plan, Pool
from workers.learning import recall
from workers.learning.arrays import Flags, Ints

DATA = ("docs_nudging", "docs_kitchenham", "docs_wilson")
SAMPLED_ON = "docs_nudging"
REPLAYS, ORDERS = 400, 3
TARGET, BATCH, PART = 0.8, 20, 0.9
AT_LEAST = 0.95


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """How a search ended."""

    recall: float
    read: int
    """Documents, those of a sample included."""
    oracle: int
    """After how many the target was reached."""


Search = Callable[[Flags, np.random.Generator], Stopped]


def run(site: Site) -> list[Row]:
    """Read each set some times, in the order of the service; replay on nine tenths of it.

    What a replay varies is which documents there are and, for the sample, which of them are drawn.
    What is found joins the training, as always; which documents are in the sample changes no
    order, since a search treats those as not read until it comes to them.
    """
    found: list[Row] = []
    for name in DATA:
        pool = site.pool(name)
        positive = pool.labels == list(pool.classes).index(POSITIVE)
        orders = [_order(pool, seed) for seed in range(site.count(ORDERS))]
        site.say(f"stopping: {name} was read {len(orders)} times")
        tests: list[tuple[str, Search]] = [("hypergeometric", hypergeometric)]
        if name == SAMPLED_ON:
            tests.append(("QBCB, 14 sampled", partial(sampled, count=14)))
            tests.append(("QBCB, 30 sampled", partial(sampled, count=30)))
        for test, search in tests:
            ends = [
                search(_part(positive[orders[each % len(orders)]], each), _rng(each))
                for each in range(site.count(REPLAYS))
            ]
            found.append(_row(f"{test}, {name}", ends))
    return found


def hypergeometric(order: Flags, _: np.random.Generator) -> Stopped:
    """Look after each batch, and stop at the first p-value below 0.05."""
    read = next(
        (
            count
            for count in range(BATCH, len(order), BATCH)
            if recall.p_value(order[:count], pool=len(order), target=TARGET) < 1 - AT_LEAST
        ),
        len(order),
    )
    return _ended(order, read, more=0)


def sampled(order: Flags, rng: np.random.Generator, *, count: int) -> Stopped:
    """Draw documents until so many positives are among them; stop when enough of these are met."""
    drawn = rng.permutation(len(order))
    size = int(np.searchsorted(np.cumsum(order[drawn]), count)) + 1
    sample = np.sort(drawn[:size][order[drawn[:size]]])
    wanted = recall.needed(count, target=TARGET)
    if wanted is None:
        raise ValueError(f"{count} sampled positives are too few")
    read = int(sample[wanted - 1]) + 1
    # Documents of the sample that the search comes to are read once.
    return _ended(order, read, more=int(np.sum(drawn[:size] >= read)))


def _order(pool: Pool, seed: int) -> Ints:
    """All documents in the order of a search that begins with one of either kind."""
    rng = np.random.default_rng(seed)
    start = [int(rng.choice(np.flatnonzero(pool.labels == each))) for each in range(2)]
    plan = Plan(
        strategy="auto",
        estimator=replaying.AUTO,
        batch_size=BATCH,
        budget=len(pool.labels),
        seed=seed,
        goal={"type": "recall", "positive": POSITIVE, "target": TARGET},
    )
    last = start
    for point in loops.rounds(pool, plan, among=np.arange(len(pool.labels)), start=start):
        last = point.labelled.tolist()
    return np.array(last, dtype=np.int64)


def _part(order: Flags, seed: int) -> Flags:
    kept = np.random.default_rng([seed, 1]).random(len(order)) < PART
    return order[kept]


def _rng(seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, 2])


def _ended(order: Flags, read: int, *, more: int) -> Stopped:
    hits = np.cumsum(order)
    oracle = int(np.searchsorted(hits, np.ceil(TARGET * hits[-1]))) + 1
    return Stopped(recall=float(hits[read - 1] / hits[-1]), read=read + more, oracle=oracle)


def _row(what: str, ends: Sequence[Stopped]) -> Row:
    enough = [float(each.recall >= TARGET) for each in ends]
    extra = np.mean([each.read - each.oracle for each in ends])
    met = np.mean([each.recall for each in ends])
    return rows.judged(
        what,
        enough,
        reference=AT_LEAST,
        reference_of=f"P(recall >= {TARGET}), least",
        note=f"mean recall {met:.3f}; {extra:.0f} documents more than an oracle reads "
        f"({np.mean([each.oracle for each in ends]):.0f})",
    )
