"""Labels at which `auto` is as good as many random ones, in macro F1."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean, median

import numpy as np
from sklearn.metrics import f1_score

from benchmarks.selection import data, replaying
from benchmarks.selection.rows import Row
from benchmarks.selection.units import Found, Unit, every, picked
from workers.learning.fitted import Outputs

NAME = "matched"
SEEDS = 5
RANDOM_LABELS, BUDGET, BATCH = 1_500, 1_500, 20
REFERENCES: Mapping[str, float | None] = {
    "sms_spam": 6.8,
    "tab_page_blocks": 7.5,
    "clickbait_headlines": 3.4,
    "tab_adult": None,
    "tab_cells": None,
    "tab_churn": None,
    "tab_magic": None,
    "tab_spambase": None,
    "snips_intents": None,
    "meetings_cost_talk": None,
    "mnist_t10k": None,
}
ARMS = ("auto", "random")


def units(seeds: int) -> list[Unit]:
    """All sets, arms and seeds."""
    return every(NAME, data=REFERENCES, arms=ARMS, seeds=seeds)


def run(unit: Unit, folder: Path) -> Found:
    """Start with nothing; random choice needs its end only."""
    pool = data.pool(folder, unit.data)
    is_random = unit.arm == "random"
    training, test = replaying.held_out(pool, unit.seed)
    plan = replaying.plan(
        unit,
        batch_size=RANDOM_LABELS // 3 if is_random else BATCH,
        budget=RANDOM_LABELS if is_random else BUDGET,
    )

    def measure(said: Outputs) -> float:
        return float(f1_score(test.labels, said.label, average="macro", zero_division=0))

    labels, values = replaying.curve(pool, plan, among=training, test=test, measure=measure)
    return {"labels": labels, "f1": values}


def table(found: Mapping[Unit, Found]) -> list[Row]:
    """Every set: how many times fewer labels than random choice had."""
    out = []
    for name, reference in REFERENCES.items():
        ends = [each["f1"][-1] for each in picked(found, data=name, arm="random")]
        curves = picked(found, data=name, arm="auto")
        if not ends or not curves:
            continue
        target = fmean(ends)
        needed = [_reaching(each["labels"], each["f1"], target) for each in curves]
        known = [each for each in needed if each is not None]
        ratio = RANDOM_LABELS / median(BUDGET if each is None else each for each in needed)
        out.append(
            Row(
                what=name,
                value=ratio,
                seeds=len(curves),
                reference=reference,
                reference_of="plain margin, once" if reference else "",
                is_reached=None if reference is None else ratio >= reference,
                note=f"F1 {target:.4f} of {RANDOM_LABELS} random labels at "
                + ", ".join(f"{each:,}" for each in sorted(known))
                + (f"; not reached by {len(needed) - len(known)}" if None in needed else ""),
            )
        )
    return out


def _reaching(labels: Sequence[int], values: Sequence[float], target: float) -> int | None:
    """Labels of the first point where the median of three points reaches a target."""
    padded = [values[0], *values, values[-1]]
    smooth = [float(np.median(padded[n : n + 3])) for n in range(len(values))]
    return replaying.first_reaching(labels, smooth, target)
