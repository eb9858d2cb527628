"""Advice to stop on an accuracy goal: how often the true accuracy is below the target then."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.honesty import versions
from benchmarks.honesty.site import Site
from benchmarks.selection import rows
from benchmarks.selection.rows import Row
from workers import replays as loops
from workers.asking import Plan, Pool
from workers.learning import (
    clauses,
    extrapolation,
    specs,
    stability,
    stopping,
)
from workers.learning.arrays import Flags, Ints
from workers.learning.clauses import Audited
from workers.learning.extrapolation import Gain
from workers.learning.fitted import outputs
from workers.learning.stability import Opinion
from workers.learning.stopping import Learned, Word
from workers.learning.versions import Fitted

DATA = ("libsvm/wdbc", "digits", "tab_spambase", "tab_page_blocks", "tab_magic")
OFFSETS = (-0.06, -0.03, -0.01)
"""Targets, from the accuracy that all labels of the pool lead to: each can be reached."""
REPLAYS, BATCH, BUDGET, AUDIT, STOP_SET = 200, 20, 500, 0.4, 500
AT_MOST = 0.05
ESTIMATOR: Mapping[str, float | str | bool] = {"name": "logistic", "C": 1.0, "scaling": "standard"}


@dataclass(frozen=True, kw_only=True)
class Look:
    """A version of a loop: what is known of it, and how good it is."""

    known: Learned
    accuracy: float


@dataclass(frozen=True, kw_only=True)
class Ended:
    """Whether a loop was stopped, too early or not, and whether it was for the target."""

    is_stopped: bool
    is_early: bool
    by_target: bool


def run(site: Site) -> list[Row]:
    """So many loops over all sets, each judged for every target at every version.

    A quarter of what is not held out is the reserve, of which four items are audited for ten
    labels; a third of the pool is held out, and is the truth.
    """
    ended: dict[float, list[Ended]] = {offset: [] for offset in OFFSETS}
    for seed in range(site.count(REPLAYS)):
        pool = site.pool(name := DATA[seed % len(DATA)])
        looks = list(looks_at(pool, seed))
        best = best_of(pool, seed)
        site.say(f"early_stop: {name}, seed {seed}")
        for offset in OFFSETS:
            ended[offset].append(end(looks, best + offset))
    return [_row(f"target {offset:+.2f}", some) for offset, some in ended.items()] + [
        _row("all targets", [each for some in ended.values() for each in some])
    ]


def looks_at(pool: Pool, seed: int, *, budget: int = BUDGET) -> Iterator[Look]:
    """Go through a pool by margin, and know of each version what a report would."""
    training, held = loops.split(len(pool.labels), 0.33, seed)
    rng = np.random.default_rng([seed, 3])
    dealt = rng.permutation(training)
    reserve, rest = dealt[: len(dealt) // 4], np.sort(dealt[len(dealt) // 4 :])
    plan = Plan(strategy="margin", estimator=ESTIMATOR, batch_size=BATCH, budget=budget, seed=seed)
    watched = rng.permutation(rest)[:STOP_SET]
    judged: list[tuple[int, Ints, Flags]] = []
    for point in loops.rounds(pool, plan, among=rest):
        if point.fitted is None:
            continue
        count = len(point.labelled)
        right = _right(point.fitted, pool, reserve)
        said = outputs(point.fitted, pool.features[watched]).label
        judged.append((count, said, right))
        audited = right[: round(AUDIT * count)]
        yield Look(
            known=Learned(
                stability=stability.judge(
                    [Opinion(labels=n, said=each) for n, each, _ in judged], batch_size=BATCH
                ),
                audited=Audited(labels=len(audited), right=int(audited.sum())),
                gain=_gain(judged, len(audited), rng),
                uncovered=0.0,
            ),
            accuracy=float(np.mean(_right(point.fitted, pool, held))),
        )


def best_of(pool: Pool, seed: int) -> float:
    """Accuracy of a version that is fitted on all that is not held out."""
    training, held = loops.split(len(pool.labels), 0.33, seed)
    fitted = versions.fitted(pool, training, spec=specs.of(ESTIMATOR))
    return float(np.mean(_right(fitted, pool, held)))


def _right(fitted: Fitted, pool: Pool, items: Ints) -> Flags:
    return np.asarray(outputs(fitted, pool.features[items]).label == pool.labels[items])


def _gain(
    judged: Sequence[tuple[int, Ints, Flags]], audited: int, rng: np.random.Generator
) -> Gain | None:
    """As the report has it, from audit labels that are there; every fifth version is looked at."""
    if len(judged) % extrapolation.LEAST_POINTS or not audited:
        return None
    labels = np.array([count for count, _, _ in judged])
    right = np.stack([each[:audited] for _, _, each in judged])
    at = int(labels[-1])
    return extrapolation.gain(labels, right, at=at, share=clauses.TWICE.share, rng=rng)


def end(looks: Sequence[Look], target: float) -> Ended:
    """Stop at the first advice to; judge that by the truth."""
    for look in looks:
        advice = stopping.on_accuracy(look.known, target=target)
        if advice.advice is Word.STOP:
            reached = next(each for each in advice.clauses if each.name == "audit_target")
            return Ended(is_stopped=True, is_early=look.accuracy < target, by_target=reached.passed)
    return Ended(is_stopped=False, is_early=False, by_target=False)


def _row(what: str, ended: Sequence[Ended]) -> Row:
    stopped = sum(each.is_stopped for each in ended)
    by_target = sum(each.by_target for each in ended)
    wrong = sum(each.by_target and each.is_early for each in ended)
    row = rows.of(
        what,
        [float(each.is_early) for each in ended],
        note=f"{stopped} of {len(ended)} stopped, {by_target} as the target was shown to be "
        f"reached ({wrong} of these below it)",
    )
    return replace(
        row,
        reference=AT_MOST,
        reference_of="stopped below the target, most",
        is_reached=row.value <= AT_MOST,
    )
