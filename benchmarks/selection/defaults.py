"""The defaults on the sets of the published benchmark: area under the curve, ten a batch."""

from collections.abc import Mapping
from pathlib import Path
from statistics import fmean

import numpy as np

from benchmarks import protocol
from benchmarks.selection import data, published, replaying, rows
from benchmarks.selection.rows import Row
from benchmarks.selection.units import Found, Unit
from workers.asking import Plan

NAME = "defaults"
SEEDS = 10
BATCH = 10
ARMS: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "auto": ("auto", replaying.AUTO),
    "random": ("random", replaying.AUTO),
    "us_c": ("margin", published.SVM),
}
LEAST_WON = 11


def units(seeds: int) -> list[Unit]:
    """All sets, arms and seeds."""
    return [
        Unit(experiment=NAME, data=name, arm=arm, seed=seed)
        for name in published.MEANS
        for arm in ARMS
        for seed in range(seeds)
    ]


def run(unit: Unit, folder: Path) -> Found:
    """Go from twenty labels to the end of the training part, or to the budget."""
    table = protocol.read(folder / "libsvm" / f"{unit.data}.txt.gz")
    given = protocol.split(len(table.classes), unit.seed)
    if not protocol.can_start(table, given):
        return {"area": None}
    whole = data.pool(folder, f"libsvm/{unit.data}")
    training, test = data.part(whole, given.train), data.part(whole, given.test)
    strategy, estimator = ARMS[unit.arm]
    labels, values = replaying.curve(
        training,
        Plan(
            strategy=strategy,
            estimator=estimator,
            batch_size=BATCH,
            budget=published.BUDGET,
            seed=unit.seed,
        ),
        among=np.arange(len(given.train)),
        test=test,
        measure=replaying.accuracy(test),
        start=range(protocol.INITIAL),
    )
    return {"area": rows.area(labels, values), "labels": labels, "accuracy": values}


def table(found: Mapping[Unit, Found]) -> list[Row]:
    """Every set, and all of them together, against random choice and margin by the machine."""
    out, means = [], dict[str, list[float]]()
    for name in published.MEANS:
        areas = {arm: _areas(found, name, arm) for arm in ARMS}
        if not all(areas.values()):
            continue
        for arm, each in areas.items():
            means.setdefault(arm, []).append(fmean(each))
        chance = fmean(areas["random"])
        out.append(
            rows.of(
                name,
                areas["auto"],
                reference=chance,
                reference_of="random, same estimator",
                is_reached=fmean(areas["auto"]) > chance,
                note=f"US-C in tens {fmean(areas['us_c']):.4f}, "
                f"one at a time {published.MEANS[name][0]:.4f}",
            )
        )
    if out:
        won = sum(bool(row.is_reached) for row in out)
        out.append(
            Row(
                what="sets above random",
                value=won,
                seeds=len(out),
                reference=LEAST_WON,
                reference_of=f"of {len(published.MEANS)}",
                is_reached=won >= LEAST_WON if len(out) == len(published.MEANS) else None,
            )
        )
        out.append(
            rows.of(
                "mean of all sets",
                means["auto"],
                reference=fmean(means["us_c"]),
                reference_of="US-C, the same batches",
                is_reached=fmean(means["auto"]) >= fmean(means["us_c"]),
                note=f"random {fmean(means['random']):.4f}",
            )
        )
    return out


def _areas(found: Mapping[Unit, Found], name: str, arm: str) -> list[float]:
    return [
        each["area"]
        for unit, each in found.items()
        if (unit.data, unit.arm) == (name, arm) and each["area"] is not None
    ]
