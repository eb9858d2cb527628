"""Document review: how much work is saved when nearly all that is relevant is to be found."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from benchmarks.selection import data, replaying, rows
from benchmarks.selection.rows import Row
from benchmarks.selection.units import Found, Unit, every, picked
from workers import replays

NAME = "review"
SEEDS = 5
RECALL = 0.95
BATCH = 5
POSITIVE = "relevant"
REFERENCES: Mapping[str, float | None] = {
    "docs_nudging": 0.734,
    "docs_kitchenham": 0.714,
    "docs_wilson": None,
}
ARMS = ("auto",)


def units(seeds: int) -> list[Unit]:
    """All sets and seeds."""
    return every(NAME, data=REFERENCES, arms=ARMS, seeds=seeds)


def run(unit: Unit, folder: Path) -> Found:
    """Start with one document of either kind; read until most of the relevant ones are found."""
    pool = data.pool(folder, unit.data)
    positive = list(pool.classes).index(POSITIVE)
    rng = np.random.default_rng(unit.seed)
    start = [int(rng.choice(np.flatnonzero(pool.labels == each))) for each in range(2)]
    plan = replaying.plan(
        unit,
        batch_size=BATCH,
        budget=len(pool.labels),
        goal={"type": "recall", "positive": POSITIVE, "target": RECALL},
    )
    wanted = np.ceil(RECALL * np.sum(pool.labels == positive))
    read = len(pool.labels)
    for point in replays.rounds(pool, plan, among=np.arange(len(pool.labels)), start=start):
        hits = np.cumsum(pool.labels[point.labelled] == positive)
        if hits[-1] >= wanted:
            read = int(np.searchsorted(hits, wanted)) + 1
            break
    return {"read": read, "documents": len(pool.labels), "saved": RECALL - read / len(pool.labels)}


def table(found: Mapping[Unit, Found]) -> list[Row]:
    """Every set: work saved over reading at random, at a recall of 95 %."""
    out = []
    for name, reference in REFERENCES.items():
        of_set = picked(found, data=name)
        if not of_set:
            continue
        saved = [each["saved"] for each in of_set]
        note = f"{np.mean([each['read'] for each in of_set]):.0f} documents read"
        if reference is None:
            out.append(rows.of(name, saved, note=note))
        else:
            about = "best known rule"
            out.append(rows.judged(name, saved, reference=reference, reference_of=about, note=note))
    return out
