"""Wrong labels: one in ten of what the expert says is another class."""

from collections.abc import Mapping
from dataclasses import replace
from math import hypot
from pathlib import Path

import numpy as np

from benchmarks.selection import data, replaying, rows
from benchmarks.selection.rows import Row
from benchmarks.selection.units import Found, Unit
from workers import replays
from workers.asking import Plan
from workers.learning.arrays import Ints

NAME = "noise"
SEEDS = 5
WRONG = 0.1
DATA = ("digits", "sms_spam", "snips_intents", "tab_spambase", "tab_magic")
ARMS = ("auto", "random")
BATCH, BUDGET = 20, 400


def units(seeds: int) -> list[Unit]:
    """All sets, arms and seeds."""
    return [
        Unit(experiment=NAME, data=name, arm=arm, seed=seed)
        for name in DATA
        for arm in ARMS
        for seed in range(seeds)
    ]


def run(unit: Unit, folder: Path) -> Found:
    """Learn from what the expert says; be judged by what is true."""
    pool = data.pool(folder, unit.data)
    training, held = replays.split(len(pool.labels), 0.3, unit.seed)
    test = data.part(pool, held)
    heard = replace(pool, labels=_with_mistakes(pool.labels, len(pool.classes), unit.seed))
    plan = Plan(
        strategy=unit.arm,
        estimator=replaying.AUTO,
        batch_size=BATCH,
        budget=BUDGET,
        seed=unit.seed,
    )
    labels, values = replaying.curve(
        heard, plan, among=training, test=test, measure=replaying.accuracy(test)
    )
    return {"area": rows.area(labels, values), "labels": labels, "accuracy": values}


def _with_mistakes(labels: Ints, classes: int, seed: int) -> Ints:
    rng = np.random.default_rng([seed, 7])
    shift = rng.integers(1, classes, len(labels))
    return np.where(rng.random(len(labels)) < WRONG, (labels + shift) % classes, labels)


def table(found: Mapping[Unit, Found]) -> list[Row]:
    """Every set: never below random by more than a standard error of the difference."""
    out = []
    for name in DATA:
        areas = {
            arm: [
                each["area"] for unit, each in found.items() if (unit.data, unit.arm) == (name, arm)
            ]
            for arm in ARMS
        }
        if not all(areas.values()):
            continue
        ours, chance = (rows.of(name, areas[arm]) for arm in ARMS)
        error = hypot(ours.error or 0.0, chance.error or 0.0)
        out.append(
            rows.of(
                name,
                areas["auto"],
                reference=chance.value,
                reference_of="random, same mistakes",
                is_reached=ours.value >= chance.value - error,
            )
        )
    return out
