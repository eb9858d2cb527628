"""The published benchmark: margin by a support vector machine, one label at a time.

Zhan et al. (IJCAI 2021) as rerun by Lu et al. (arXiv 2306.08954), who publish means and standard
deviations over up to 150 seeds, and areas of single seeds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks import protocol
from benchmarks.selection import data, replaying, rows
from benchmarks.selection.rows import Row
from benchmarks.selection.units import Found, Unit, every
from workers.asking import Plan

NAME = "published"
SEEDS = 10
BUDGET = 3_000
SVM = {"name": "svm_rbf", "C": 1.0, "gamma": "auto"}
MEANS: Mapping[str, tuple[float, float]] = {
    "sonar": (0.7762, 0.0313),
    "heart": (0.8157, 0.0247),
    "haberman": (0.7295, 0.0287),
    "ionosphere": (0.93, 0.0154),
    "breast": (0.9632, 0.0091),
    "wdbc": (0.9652, 0.0103),
    "diabetes": (0.7479, 0.0153),
    "german": (0.7417, 0.0154),
    "splice": (0.8229, 0.013),
    "checkerboard": (0.9847, 0.0062),
    "spambase": (0.9205, 0.0043),
    "phoneme": (0.8355, 0.0063),
}
"""Mean and standard deviation of the published areas, smallest sets first."""
SINGLE: Mapping[str, Sequence[float]] = {
    "heart": (0.81941, 0.80285, 0.83480, 0.78127, 0.82143, 0.84761),
    "sonar": (0.78400, 0.81399, 0.71326, 0.80351, 0.76024, 0.82813),
    "haberman": (0.71774, 0.71702, 0.71223),
    "ionosphere": (0.94414, 0.92813, 0.94117),
    "wdbc": (0.97213, 0.97495, 0.97090),
}
"""Published areas of the seeds from 0 on."""
WITHIN = 4.0
"""Standard errors of a mean that may lie between it and the published one."""


def units(seeds: int) -> list[Unit]:
    """All sets, all seeds."""
    return every(NAME, data=MEANS, arms=["us_c"], seeds=seeds)


def run(unit: Unit, folder: Path) -> Found:
    """Label the training part to its end, or to the budget; the area leaves the start out."""
    plan = Plan(strategy="margin", estimator=SVM, batch_size=1, budget=BUDGET, seed=unit.seed)
    points = curve(folder, unit.data, plan)
    if points is None:
        return {"area": None}
    asked = points[1][1:]
    return {"area": float(np.trapezoid(asked) / len(asked)), "queries": len(asked)}


def curve(folder: Path, name: str, plan: Plan) -> tuple[list[int], list[float]] | None:
    """Labels and accuracies by the splits of the benchmark; none for a seed that it skips."""
    table = protocol.read(folder / "libsvm" / f"{name}.txt.gz")
    given = protocol.split(len(table.classes), plan.seed)
    if not protocol.can_start(table, given):
        return None
    whole = data.pool(folder, f"libsvm/{name}")
    test = replaying.test_of(whole, given.test)
    return replaying.curve(
        data.part(whole, given.train),
        plan,
        among=np.arange(len(given.train)),
        test=test,
        measure=replaying.accuracy(test),
        start=range(protocol.INITIAL),
    )


def table(found: Mapping[Unit, Found]) -> list[Row]:
    """Every set: its mean beside the published one, and single seeds to five digits."""
    out = []
    for name, (mean, deviation) in MEANS.items():
        areas = {
            unit.seed: each["area"]
            for unit, each in found.items()
            if unit.data == name and each["area"] is not None
        }
        if not areas:
            continue
        same = singles(name, areas)
        row = rows.of(name, list(areas.values()))
        error = deviation / np.sqrt(len(areas))
        is_near = abs(row.value - mean) <= WITHIN * error
        out.append(
            replace(
                row,
                reference=mean,
                reference_of="published US-C",
                is_reached=bool(is_near and all(same)),
                note=told(same),
            )
        )
    return out


def singles(name: str, areas: Mapping[int, float]) -> list[bool]:
    """Whether areas, by seed, are the published ones to five digits, where these are known."""
    known = enumerate(SINGLE.get(name, ()))
    return [protocol.is_published(areas[seed], value) for seed, value in known if seed in areas]


def told(same: Sequence[bool]) -> str:
    """The same in words; none where nothing is known."""
    return f"{sum(same)} of {len(same)} single seeds to five digits" if same else ""
