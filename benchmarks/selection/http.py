"""Through a whole service over HTTP: some of the other experiments, beside the same in process.

Both arms of a unit have the same items, split, labels and seed, and make a version of every batch.
What is held out is never registered, so here it is no part of the pool in process either; the
other experiments scale by all items. The shares for coverage and audit are 0: a replay has none.

So the two agree but for chance, which a ranking draws from its number and a replay from its count
of labels. `published` has no chance in it. In pools of up to two thousand items `auto` has none
below 300 labels; from there on it spreads its doubtful items out by k-means++, which begins at
random.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from statistics import fmean

import httpx
import numpy as np

from benchmarks import curves, lessons, protocol, reproduce
from benchmarks.client import Client, Refused
from benchmarks.lessons import Lesson
from benchmarks.selection import areas, cold, data, noise, published, replaying, rows, serving
from benchmarks.selection.replaying import Trial
from benchmarks.selection.rows import Row
from benchmarks.selection.units import Found, Unit, every

NAME = "http"
SEEDS = 2
ARMS = SERVED, IN_PROCESS = ("http", "in_process")
EXACTLY, CLOSELY = 5e-6, 0.005
CASES: Mapping[str, float] = {
    "cold/digits": EXACTLY,
    "areas/digits": CLOSELY,
    "noise/digits": CLOSELY,
    "published/heart": EXACTLY,
    "published/haberman": EXACTLY,
}
"""Experiment and data set, and how far the two figures of a seed may be apart."""
TRIALS = {each.NAME: each.trial for each in (cold, areas, noise)}


def units(seeds: int) -> list[Unit]:
    """All cases and seeds, over HTTP and in process."""
    return every(NAME, data=CASES, arms=ARMS, seeds=seeds)


def is_served(unit: Unit) -> bool:
    """Whether a unit needs a service."""
    return unit.experiment == NAME and unit.arm == SERVED


def run(unit: Unit, folder: Path) -> Found:
    """Go one way through one case.

    Raises:
        Refused: the service does not answer, or did not do what was asked.
    """
    experiment, name = unit.data.split("/")
    like = Unit(experiment=experiment, data=name, arm="auto", seed=unit.seed)
    if experiment != published.NAME:
        trial = TRIALS[experiment](like, folder)
        points = _served(trial, unit) if is_served(unit) else replaying.accuracies(alone(trial))
        return replaying.kept(*points)
    return _published(like, folder, unit) if is_served(unit) else published.run(like, folder)


def alone(trial: Trial) -> Trial:
    """The same with nothing in the pool but what is learned from, as a project has it."""
    pool = data.part(trial.pool, trial.training)
    return replace(trial, pool=pool, training=np.arange(len(pool.labels)))


def lesson(trial: Trial) -> Lesson:
    """What an expert teaches a project of what a trial has, in the order of its items."""
    pool, test = trial.pool, trial.test
    labels = np.concatenate([pool.labels[trial.training], test.labels])
    learned = len(trial.training)
    return Lesson(
        seed=trial.plan.seed,
        vectors=np.concatenate([pool.features[trial.training], test.features]),
        truth=[pool.classes[each] for each in labels],
        pool=range(learned),
        test=range(learned, len(labels)),
    )


def _served(trial: Trial, unit: Unit) -> tuple[list[int], list[float]]:
    plan = trial.plan
    settings = {
        "name": unit.key,
        "strategy": plan.strategy,
        "estimator": dict(plan.estimator),
        **lessons.EVERY_LABEL,
    }
    given = lesson(trial)
    with _client() as client:
        points = lessons.teach(client, given, settings, batch=plan.batch_size, labels=plan.budget)
        judged = [
            (p.labels, p.accuracy) for p in lessons.all_seen(points) if p.accuracy is not None
        ]
    return [labels for labels, _ in judged], [accuracy for _, accuracy in judged]


def _published(like: Unit, folder: Path, unit: Unit) -> Found:
    table = protocol.read(folder / "libsvm" / f"{like.data}.txt.gz")
    given = protocol.split(len(table.classes), unit.seed)
    if not protocol.can_start(table, given):
        return {"area": None}
    with _client() as client:
        asked = list(reproduce.replay(client, table, given, name=unit.key, seed=unit.seed))
    return {"area": curves.area(asked), "queries": len(asked)}


@contextmanager
def _client() -> Iterator[Client]:
    with Client(serving.ours()) as client:
        try:
            yield client
        except httpx.HTTPError as error:
            raise Refused(f"the service does not answer: {error}") from error


def table(found: Mapping[Unit, Found]) -> list[Row]:
    """Every case: the mean over HTTP beside that of the same seeds in process."""
    both = {case: [_by_seed(found, case, arm) for arm in ARMS] for case in CASES}
    return [_row(case, *arms) for case, arms in both.items() if arms[0].keys() & arms[1].keys()]


def _by_seed(found: Mapping[Unit, Found], case: str, arm: str) -> dict[int, Found]:
    """What an arm found; a seed that the published protocol skips has no figure."""
    return {
        unit.seed: each
        for unit, each in found.items()
        if (unit.data, unit.arm) == (case, arm) and each["area"] is not None
    }


def _row(case: str, served: Mapping[int, Found], replayed: Mapping[int, Found]) -> Row:
    experiment, name = case.split("/")
    seeds = sorted(served.keys() & replayed.keys())
    ours, theirs = (
        {seed: _figure(experiment, arm[seed]) for seed in seeds} for arm in (served, replayed)
    )
    apart = max(abs(ours[seed] - theirs[seed]) for seed in seeds)
    notes = (
        f"at most {apart:.5f} apart",
        _alike([(served[seed], replayed[seed]) for seed in seeds]),
        published.told(published.singles(name, ours)),
    )
    return replace(
        rows.of(f"{name}, {experiment}", list(ours.values())),
        reference=fmean(theirs.values()),
        reference_of="in process",
        is_reached=apart <= CASES[case],
        note="; ".join(filter(None, notes)),
    )


def _figure(experiment: str, found: Found) -> float:
    """What an experiment tells of a unit."""
    return float(found["accuracy"][-1] if experiment == cold.NAME else found["area"])


def _alike(pairs: Iterable[tuple[Found, Found]]) -> str:
    """Up to how many labels all seeds have one curve, in words; none where no curves are kept."""
    same = [_same_until(*pair) for pair in pairs if "labels" in pair[0]]
    return f"the same up to {min(same)} labels" if same else ""


def _same_until(served: Found, replayed: Found) -> int:
    curves_of = (zip(each["labels"], each["accuracy"], strict=True) for each in (served, replayed))
    alike = takewhile(lambda points: points[0] == points[1], zip(*curves_of, strict=False))
    return max((int(labels) for (labels, _), _ in alike), default=0)
