"""The start: accuracy after the first twenty labels of a project, chosen without a model."""

from collections.abc import Mapping
from pathlib import Path

from benchmarks.selection import data, replaying, rows
from benchmarks.selection.replaying import Trial
from benchmarks.selection.rows import Row
from benchmarks.selection.units import Found, Unit, every, picked

NAME = "cold"
SEEDS = 10
DATA, LABELS, BATCH = "digits", 20, 10
ARMS = ("auto", "diverse", "typiclust", "uherding", "random")
REFERENCE = 0.72


def units(seeds: int) -> list[Unit]:
    """All arms and seeds."""
    return every(NAME, data=[DATA], arms=ARMS, seeds=seeds)


def run(unit: Unit, folder: Path) -> Found:
    """Label two batches of ten."""
    labels, values = replaying.accuracies(trial(unit, folder))
    return {"labels": labels, "accuracy": values}


def trial(unit: Unit, folder: Path) -> Trial:
    """Start with nothing; hold three items in ten out."""
    pool = data.pool(folder, unit.data)
    plan = replaying.plan(unit, batch_size=BATCH, budget=LABELS)
    training, test = replaying.held_out(pool, unit.seed)
    return Trial(pool=pool, plan=plan, training=training, test=test)


def table(found: Mapping[Unit, Found]) -> list[Row]:
    """Every arm; what counts is `auto`."""
    out = []
    for arm in ARMS:
        values = [each["accuracy"][-1] for each in picked(found, arm=arm)]
        what = f"{DATA} at {LABELS} labels, {arm}"
        if values and arm == "auto":
            out.append(rows.judged(what, values, reference=REFERENCE, reference_of="target"))
        elif values:
            out.append(rows.of(what, values))
    return out
