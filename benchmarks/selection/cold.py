"""The start: accuracy after the first twenty labels of a project, chosen without a model."""

from collections.abc import Mapping
from pathlib import Path

from benchmarks.selection import data, replaying, rows
from benchmarks.selection.rows import Row
from benchmarks.selection.units import Found, Unit
from workers import replays
from workers.asking import Plan

NAME = "cold"
SEEDS = 10
DATA, LABELS, BATCH = "digits", 20, 10
ARMS = ("auto", "diverse", "typiclust", "uherding", "random")
REFERENCE = 0.72


def units(seeds: int) -> list[Unit]:
    """All arms and seeds."""
    return [
        Unit(experiment=NAME, data=DATA, arm=arm, seed=seed)
        for arm in ARMS
        for seed in range(seeds)
    ]


def run(unit: Unit, folder: Path) -> Found:
    """Label two batches of ten."""
    pool = data.pool(folder, unit.data)
    plan = Plan(
        strategy=unit.arm,
        estimator=replaying.AUTO,
        batch_size=BATCH,
        budget=LABELS,
        seed=unit.seed,
    )
    training, held = replays.split(len(pool.labels), plan.test_share, plan.seed)
    test = data.part(pool, held)
    labels, values = replaying.curve(
        pool, plan, among=training, test=test, measure=replaying.accuracy(test)
    )
    return {"labels": labels, "accuracy": values}


def table(found: Mapping[Unit, Found]) -> list[Row]:
    """Every arm; what counts is `auto`."""
    out = []
    for arm in ARMS:
        values = [each["accuracy"][-1] for unit, each in found.items() if unit.arm == arm]
        if not values:
            continue
        is_judged = arm == "auto"
        row = rows.of(f"{DATA} at {LABELS} labels, {arm}", values)
        out.append(
            rows.of(
                row.what,
                values,
                reference=REFERENCE if is_judged else None,
                reference_of="target" if is_judged else "",
                is_reached=row.value >= REFERENCE if is_judged else None,
            )
        )
    return out
