"""Wrong labels: one in ten of what the expert says is another class."""

from collections.abc import Mapping
from dataclasses import replace
from math import hypot
from pathlib import Path

import numpy as np

from benchmarks.selection import data, replaying, rows
from benchmarks.selection.replaying import Trial
from benchmarks.selection.rows import Row
from benchmarks.selection.units import Found, Unit, every, picked
from workers.learning.arrays import Ints

NAME = "noise"
SEEDS = 5
WRONG = 0.1
DATA = ("digits", "sms_spam", "snips_intents", "tab_spambase", "tab_magic")
ARMS = ("auto", "random")
BATCH, BUDGET = 20, 400


def units(seeds: int) -> list[Unit]:
    """All sets, arms and seeds."""
    return every(NAME, data=DATA, arms=ARMS, seeds=seeds)


def run(unit: Unit, folder: Path) -> Found:
    """Label to the budget."""
    return replaying.kept(*replaying.accuracies(trial(unit, folder)))


def trial(unit: Unit, folder: Path) -> Trial:
    """Learn from what the expert says; be judged by what is true."""
    pool = data.pool(folder, unit.data)
    training, test = replaying.held_out(pool, unit.seed)
    heard = replace(pool, labels=_with_mistakes(pool.labels, len(pool.classes), unit.seed))
    plan = replaying.plan(unit, batch_size=BATCH, budget=BUDGET)
    return Trial(pool=heard, plan=plan, training=training, test=test)


def _with_mistakes(labels: Ints, classes: int, seed: int) -> Ints:
    rng = np.random.default_rng([seed, 7])
    shift = rng.integers(1, classes, len(labels))
    return np.where(rng.random(len(labels)) < WRONG, (labels + shift) % classes, labels)


def table(found: Mapping[Unit, Found]) -> list[Row]:
    """Every set: never below random by more than a standard error of the difference."""
    out = []
    for name in DATA:
        areas = [[each["area"] for each in picked(found, data=name, arm=arm)] for arm in ARMS]
        if not all(areas):
            continue
        ours, chance = (rows.of(name, each) for each in areas)
        error = hypot(ours.error or 0.0, chance.error or 0.0)
        out.append(
            replace(
                ours,
                reference=chance.value,
                reference_of="random, same mistakes",
                is_reached=ours.value >= chance.value - error,
            )
        )
    return out
