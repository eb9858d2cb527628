"""Whether the range of labels that random choice would have needed holds the truth."""

from math import inf

import numpy as np

from benchmarks.honesty import versions
from benchmarks.honesty.site import Site
from benchmarks.selection import replaying
from benchmarks.selection.rows import Row
from workers import replays
from workers.asking import Plan, Pool
from workers.learning import powers, specs
from workers.learning import saved as learning
from workers.learning.arrays import Ints
from workers.learning.fitted import outputs
from workers.learning.saved import Needed
from workers.learning.specs import EstimatorSpec

SETS = (
    "snips_intents",
    "sms_spam",
    "mnist_t10k",
    "tab_spambase",
    "tab_magic",
    "tab_page_blocks",
    "digits",
    "clickbait_headlines",
)
REPLAYS, LABELS, BATCH, AUDIT, TRIES = 12, 200, 20, 400, 4
LEAST_HELD, LEAST_SHOWN = 0.8, 0.5
SIZES = (50, 100, 200, 400, 800, 1_600)


def run(site: Site) -> list[Row]:
    """Every set; then how often a range is shown, and how often it holds the truth."""
    rows, held, shown = [], [], 0
    for name in SETS:
        told = [_replay(site.pool(name), seed) for seed in range(site.count(REPLAYS))]
        ranges = [(found, true) for found, true in told if found.low is not None]
        holds = [_holds(found, true) for found, true in ranges]
        held += holds
        shown += bool(2 * len(ranges) >= len(told))
        note = "; ".join(
            f"{found.low} to {found.high or 'any'}, truly {true:.0f}"
            if found.low is not None
            else f"withheld, truly {true:.0f}"
            for found, true in told
        )
        share = sum(holds) / len(holds) if holds else 0.0
        rows.append(Row(what=name, value=share, seeds=len(told), note=note))
        site.say(f"saved: {name}: {note}")
    share = sum(held) / len(held) if held else 0.0
    return [
        *rows,
        _row("ranges that hold the truth", share, LEAST_HELD, len(held)),
        _row("sets where a range is shown", shown / len(SETS), LEAST_SHOWN, len(SETS)),
    ]


def _replay(pool: Pool, seed: int) -> tuple[Needed, float]:
    """The range for a version of so many labels, and what random choice truly needs."""
    training, test = replays.split(len(pool.labels), 0.3, seed)
    rng = np.random.default_rng([seed, len(training)])
    reserved = np.sort(rng.permutation(training)[:AUDIT])
    plan = Plan(
        strategy="auto",
        estimator=replaying.AUTO,
        batch_size=BATCH,
        budget=LABELS,
        seed=seed,
    )
    *_, last = replays.rounds(pool, plan, among=np.setdiff1d(training, reserved))
    if last.fitted is None:
        return Needed(detail="one class only"), 0.0
    judges = np.ones(len(reserved), dtype=bool)
    chosen = specs.of(last.fitted.report["chosen"])
    tried = learning.trials(
        chosen,
        pool.features[reserved],
        pool.labels[reserved],
        judges,
        classes=len(pool.classes),
        moments=pool.moments,
        rng=rng,
    )
    right = outputs(last.fitted, pool.features[reserved]).label == pool.labels[reserved]
    accuracy = float(np.mean(outputs(last.fitted, pool.features[test]).label == pool.labels[test]))
    true = _truth(pool, training, test, accuracy, spec=chosen)
    return learning.needed(tried, judges, right, used=LABELS, rng=rng), true


def _truth(
    pool: Pool, training: Ints, test: Ints, accuracy: float, *, spec: EstimatorSpec
) -> float:
    """Where the mean curve of random labels, judged on all of the test, reaches an accuracy."""
    rng, errors, sizes = np.random.default_rng(1), [], []
    for size in (each for each in SIZES if each < len(training)):
        drawn = []
        for _ in range(TRIES):
            taught = rng.permutation(training)[:size]
            if len(np.unique(pool.labels[taught])) > 1:
                said = versions.said(pool, taught, test, spec=spec)
                drawn.append(float(np.mean(said.label != pool.labels[test])))
        if drawn:
            errors.append(float(np.mean(drawn)))
            sizes.append(size)
    falling = np.minimum.accumulate(errors)
    if 1 - accuracy >= falling[-1]:
        wanted = np.interp(accuracy, 1 - falling, np.log(sizes))
        return float(np.exp(wanted))
    curve = powers.fit(np.array(sizes, float), np.array(errors), np.ones(len(sizes)))
    return curve.labels_for(1 - accuracy)


def _holds(found: Needed, true: float) -> bool:
    return (found.low or 0) <= true <= (found.high or inf)


def _row(what: str, value: float, least: float, count: int) -> Row:
    return Row(
        what=what,
        value=value,
        seeds=count,
        reference=least,
        reference_of="at least",
        is_reached=value >= least,
    )
