"""The defaults on the sets of the published benchmark: area under the curve, ten a batch."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from statistics import fmean

from benchmarks.selection import published, replaying, rows
from benchmarks.selection.rows import Row
from benchmarks.selection.units import Found, Unit, every, picked
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
    return every(NAME, data=published.MEANS, arms=ARMS, seeds=seeds)


def run(unit: Unit, folder: Path) -> Found:
    """Go from twenty labels to the end of the training part, or to the budget."""
    strategy, estimator = ARMS[unit.arm]
    plan = Plan(
        strategy=strategy,
        estimator=estimator,
        batch_size=BATCH,
        budget=published.BUDGET,
        seed=unit.seed,
    )
    points = published.curve(folder, unit.data, plan)
    if points is None:
        return {"area": None}
    labels, values = points
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
        row, chance = rows.of(name, areas["auto"]), fmean(areas["random"])
        out.append(
            replace(
                row,
                reference=chance,
                reference_of="random, same estimator",
                is_reached=row.value > chance,
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
            rows.judged(
                "mean of all sets",
                means["auto"],
                reference=fmean(means["us_c"]),
                reference_of="US-C, the same batches",
                note=f"random {fmean(means['random']):.4f}",
            )
        )
    return out


def _areas(found: Mapping[Unit, Found], name: str, arm: str) -> list[float]:
    areas = [each["area"] for each in picked(found, data=name, arm=arm)]
    return [each for each in areas if each is not None]
