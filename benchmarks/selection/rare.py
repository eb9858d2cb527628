"""A rare class: labels to most of what a model of all labels can do, against random choice.

One intent of seventy-seven against the rest, from five labels of either class, which random
choice is given too.
"""

from collections.abc import Mapping
from pathlib import Path
from statistics import fmean, median

import numpy as np
from sklearn.metrics import average_precision_score

from benchmarks.selection import data, replaying
from benchmarks.selection.replaying import Measure, Test
from benchmarks.selection.rows import Row
from benchmarks.selection.units import Found, Unit, every, picked
from workers.asking import Pool
from workers.learning import estimators
from workers.learning.arrays import Ints
from workers.learning.fitted import Outputs
from workers.learning.specs import EstimatorSpec

NAME = "rare"
SEEDS = 2
DATA, CLASSES = "minilm:banking77", 77
ARMS = ("auto", "margin")
LOGISTIC = {"name": "logistic", "scaling": "unit", "C": 10.0}
SEED_LABELS, BATCH, BUDGET, GROWTH = 5, 10, 600, 1.25
SHARES = (0.9, 0.95)
LEAST_RATIO = 10.0
DRAWS = 10_000


def units(seeds: int) -> list[Unit]:
    """Every intent, arm and seed."""
    return every(NAME, data=map(str, range(CLASSES)), arms=(*ARMS, "random"), seeds=seeds)


def run(unit: Unit, folder: Path) -> Found:
    """Labels to each share of the average precision of a model of all labels."""
    pool = data.one_against_rest(data.pool(folder, DATA), int(unit.data))
    training, test = replaying.held_out(pool, unit.seed)

    def measure(said: Outputs) -> float:
        return float(average_precision_score(test.labels, said.proba[:, 1]))

    full = _fitted(pool, training, test, measure)
    start = _seeds(pool, training, unit.seed)
    if unit.arm == "random":
        labels, values = _at_random(pool, training, start, test, measure, unit.seed, full)
    else:
        labels, values = replaying.curve(
            pool,
            replaying.plan(unit, batch_size=BATCH, budget=BUDGET, estimator=LOGISTIC),
            among=training,
            test=test,
            measure=measure,
            start=start,
            until=SHARES[-1] * full,
        )
    reached = {
        str(share): replaying.first_reaching(labels, values, share * full) for share in SHARES
    }
    return {"full": full, "reached": reached, "labels": labels, "precision": values}


def _fitted(pool: Pool, items: Ints, test: Test, measure: Measure) -> float:
    fitted = estimators.fit(
        EstimatorSpec(name="logistic", parameters={"scaling": "unit", "C": 10.0}),
        pool.features[items],
        pool.labels[items],
        classes=2,
        moments=pool.moments,
        rng=np.random.default_rng(0),
        cross_validate=False,
    )
    return replaying.judged(fitted, test, measure)


def _seeds(pool: Pool, training: Ints, seed: int) -> list[int]:
    rng = np.random.default_rng([seed, len(training)])
    classes = [training[pool.labels[training] == each] for each in (0, 1)]
    chosen = [rng.choice(each, SEED_LABELS, replace=False) for each in classes]
    return [int(each) for each in np.concatenate(chosen)]


def _at_random(
    pool: Pool,
    training: Ints,
    start: list[int],
    test: Test,
    measure: Measure,
    seed: int,
    full: float,
) -> tuple[list[int], list[float]]:
    """Ever more random labels; each count is a quarter above the one before."""
    rest = np.random.default_rng([seed, 1]).permutation(np.setdiff1d(training, start))
    items = np.concatenate([start, rest]).astype(np.int64)
    labels: list[int] = []
    values: list[float] = []
    count = float(len(start))
    while True:
        taken = min(round(count), len(items))
        labels.append(taken)
        values.append(_fitted(pool, np.sort(items[:taken]), test, measure))
        if values[-1] >= SHARES[-1] * full or taken == len(items):
            return labels, values
        count *= GROWTH


def table(found: Mapping[Unit, Found]) -> list[Row]:
    """For each arm and share: the median ratio over the intents, and its interval."""
    out = []
    for arm in ARMS:
        for share in SHARES:
            ratios = _ratios(found, arm, str(share))
            if not ratios:
                continue
            low, high = _interval(ratios)
            quarters = np.quantile(ratios, [0, 0.25, 0.75, 1])
            out.append(
                Row(
                    what=f"{arm}, {share:.0%} of the full average precision",
                    value=median(ratios),
                    seeds=len(ratios),
                    reference=LEAST_RATIO if arm == "margin" else None,
                    reference_of="times fewer labels than random",
                    is_reached=median(ratios) >= LEAST_RATIO if arm == "margin" else None,
                    note=f"95 % interval of the median {low:.1f} to {high:.1f}; quarters "
                    + ", ".join(f"{each:.1f}" for each in quarters)
                    + f"; 10 x and more on {sum(each >= 10 for each in ratios)}",
                )
            )
    return out


def _ratios(found: Mapping[Unit, Found], arm: str, share: str) -> list[float]:
    """Labels of random over those of an arm, for each intent of which both are known."""
    out = []
    for intent in range(CLASSES):
        ours, chance = (
            [_needed(each, share) for each in picked(found, data=str(intent), arm=name)]
            for name in (arm, "random")
        )
        if ours and chance:
            out.append(fmean(chance) / fmean(ours))
    return out


def _needed(found: Found, share: str) -> float:
    """Labels to a share; what was not reached counts with the last number of labels tried."""
    reached = found["reached"][share]
    return float(found["labels"][-1] if reached is None else reached)


def _interval(ratios: list[float]) -> tuple[float, float]:
    drawn = np.random.default_rng(0).choice(ratios, (DRAWS, len(ratios)))
    low, high = np.quantile(np.median(drawn, axis=1), [0.025, 0.975])
    return float(low), float(high)
