"""Many classes: area under the curve of test accuracy, from the first batch on."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.selection import data, replaying, rows
from benchmarks.selection.replaying import Trial
from benchmarks.selection.rows import Row
from benchmarks.selection.units import Found, Unit, every, picked

NAME = "areas"
SEEDS = 5
ARMS = ("auto", "margin", "uherding", "random")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A data set, how it is labelled, and the best area measured for it before."""

    batch: int
    budget: int
    reference: float


CASES: Mapping[str, Case] = {
    "digits": Case(batch=10, budget=400, reference=0.9338),
    "minilm:banking77": Case(batch=50, budget=1_500, reference=0.8377),
}
REFERENCE = "margin, then k-means++"


def units(seeds: int) -> list[Unit]:
    """All sets, arms and seeds."""
    return every(NAME, data=CASES, arms=ARMS, seeds=seeds)


def run(unit: Unit, folder: Path) -> Found:
    """Label to the budget."""
    return replaying.kept(*replaying.accuracies(trial(unit, folder)))


def trial(unit: Unit, folder: Path) -> Trial:
    """Start with nothing; hold three items in ten out."""
    case, pool = CASES[unit.data], data.pool(folder, unit.data)
    plan = replaying.plan(unit, batch_size=case.batch, budget=case.budget)
    training, test = replaying.held_out(pool, unit.seed)
    return Trial(pool=pool, plan=plan, training=training, test=test)


def table(found: Mapping[Unit, Found]) -> list[Row]:
    """Every set and arm; what counts is `auto`."""
    out = []
    for name, case in CASES.items():
        for arm in ARMS:
            areas = [each["area"] for each in picked(found, data=name, arm=arm)]
            what = f"{name}, {arm}"
            if areas and arm == "auto":
                out.append(
                    rows.judged(what, areas, reference=case.reference, reference_of=REFERENCE)
                )
            elif areas:
                out.append(rows.of(what, areas))
    return out
