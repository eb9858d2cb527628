"""What the audit share costs: area under the learning curve, against the same budget without.

Of every ten labels one is an audit label, which teaches nothing: the curve over all labels is
that of nine in ten of them.
"""

from statistics import fmean

import numpy as np

from benchmarks.honesty.site import Site
from benchmarks.selection import replaying
from benchmarks.selection.rows import Row
from workers.asking import Plan

SETS = (
    "minilm:banking77",
    "snips_intents",
    "sms_spam",
    "mnist_t10k",
    "tab_spambase",
    "tab_magic",
)
REPLAYS, BATCH, BUDGET = 3, 20, 400
SHARE, MOST = 0.1, 0.01
_POINTS = 50


def run(site: Site) -> list[Row]:
    """Every set, then the mean over the sets."""
    rows: list[Row] = []
    for name in SETS:
        costs = []
        for seed in range(site.count(REPLAYS)):
            without, audited = (_area(site, name, seed, share) for share in (0.0, SHARE))
            costs.append(without - audited)
            site.say(f"audit_cost: {name}, seed {seed}: {without:.4f} and {audited:.4f}")
        rows.append(Row(what=name, value=fmean(costs), seeds=len(costs)))
    mean = fmean(row.value for row in rows)
    whole = Row(
        what="mean",
        value=mean,
        seeds=rows[0].seeds,
        reference=MOST,
        reference_of="at most",
        is_reached=mean <= MOST,
    )
    return [*rows, whole]


def _area(site: Site, name: str, seed: int, share: float) -> float:
    """Mean height of the accuracy over all labels, audit labels included."""
    pool = site.pool(name)
    training, test = replaying.held_out(pool, seed)
    rng = np.random.default_rng([seed, len(training)])
    reserved = rng.permutation(training)[: round(share * len(training))]
    plan = Plan(
        strategy="auto",
        estimator=replaying.AUTO,
        batch_size=round((1 - share) * BATCH),
        budget=round((1 - share) * BUDGET),
        seed=seed,
    )
    labels, values = replaying.curve(
        pool,
        plan,
        among=np.setdiff1d(training, reserved),
        test=test,
        measure=replaying.accuracy(test),
    )
    spent = np.array(labels) / (1 - share)
    where = np.linspace(2 * BATCH, BUDGET, _POINTS)
    return float(np.interp(where, spent, values).mean())
