"""Five people who are right in 60 to 95 of 100: asking again against asking about new items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from benchmarks.honesty.site import Site
from benchmarks.selection import rows
from benchmarks.selection.rows import Row
from service.domain import policy
from workers import replays as loops
from workers.asking import Plan, Pool, next_items
from workers.learning import asking_again, consensus, estimators, heldout, specs, votes
from workers.learning.arrays import Floats, Ints
from workers.learning.fitted import outputs
from workers.learning.versions import Fitted

DATA = ("digits", "tab_page_blocks", "tab_spambase")
SKILL = (0.6, 0.7, 0.8, 0.9, 0.95)
ARMS = ("relabel", "margin", "random")
REPLAYS, START, BATCH, ANSWERS, PER_ITEM = 60, 200, 50, 1_200, 3
ESTIMATOR: Mapping[str, float | str | bool] = {"name": "logistic", "C": 1.0, "scaling": "standard"}


@dataclass
class Crowd:
    """People who label, each with their own share of right labels."""

    pool: Pool
    rng: np.random.Generator
    rows: list[tuple[int, int, int, str]] = field(default_factory=list)

    def ask(self, items: Sequence[int]) -> None:
        """Ask somebody about each item who was not asked about it before."""
        for item in items:
            had = {row[3] for row in self.rows if row[0] == item}
            free = [who for who in range(len(SKILL)) if str(who) not in had]
            who = int(self.rng.choice(free))
            truth, classes = int(self.pool.labels[item]), len(self.pool.classes)
            wrong = (truth + int(self.rng.integers(1, classes))) % classes
            label = truth if self.rng.random() < SKILL[who] else wrong
            self.rows.append((item, label, len(self.rows), str(who)))


def run(site: Site) -> list[Row]:
    """Final accuracy on a test, with the same number of answers, over sets and seeds."""
    found: list[Row] = []
    for name in DATA:
        pool = site.pool(name)
        ends = {
            arm: [_final(pool, arm, seed) for seed in range(site.count(REPLAYS))] for arm in ARMS
        }
        site.say(f"annotators: {name}")
        note = f"accuracy after {ANSWERS} answers"
        ours, *others = (rows.of(f"{arm}, {name}", ends[arm], note=note) for arm in ARMS)
        best = max(each.value for each in others)
        found.append(
            replace(
                ours,
                reference=best,
                reference_of="the better of the others",
                is_reached=ours.value > best,
            )
        )
        found += others
    return found


def _final(pool: Pool, arm: str, seed: int) -> float:
    training, held = loops.split(len(pool.labels), 0.3, seed)
    crowd = Crowd(pool, np.random.default_rng([seed, 5]))
    crowd.ask(np.random.default_rng([seed, 6]).permutation(training)[:START].tolist())
    while True:
        fitted, again, proba = _version(pool, crowd, seed)
        if len(crowd.rows) >= ANSWERS:
            said = outputs(fitted, pool.features[held]).label
            return float(np.mean(said == pool.labels[held]))
        labelled = again.positions
        free = np.setdiff1d(training, labelled)
        doubted = _doubted(pool, fitted, again, proba, free) if arm == "relabel" else []
        plan = Plan(
            strategy="random" if arm == "random" else "margin",
            estimator=ESTIMATOR,
            batch_size=BATCH,
            budget=ANSWERS,
            seed=seed,
        )
        new = next_items(pool, plan, fitted, free, labelled)
        crowd.ask([*doubted, *new[: BATCH - len(doubted)].tolist()])


def _version(pool: Pool, crowd: Crowd, seed: int) -> tuple[Fitted, votes.Named, Floats]:
    """Fit on the consensus, as `retrain` does."""
    named = votes.of_rows(crowd.rows, classes=len(pool.classes))
    agreed = consensus.of_rows(crowd.rows)
    features, rng = pool.features[agreed.items], np.random.default_rng([seed, len(crowd.rows)])
    spec, classes = specs.of(ESTIMATOR), len(pool.classes)
    proba = heldout.probabilities(
        spec, features, agreed.labels, classes=classes, moments=pool.moments, rng=rng
    )
    if proba is None:
        raise ValueError("the first labels are too few to hold any out")
    labels: Ints = consensus.with_version(agreed, named, proba).labels
    fitted = estimators.fit(
        spec,
        features,
        labels,
        classes=classes,
        moments=pool.moments,
        rng=rng,
        cross_validate=False,
    )
    return fitted, named, proba


def _doubted(
    pool: Pool, fitted: Fitted, named: votes.Named, proba: Floats, free: Ints
) -> list[int]:
    """The quarter of a batch that is asked again, if so much is in doubt."""
    chosen = asking_again.choose(
        named.votes,
        proba,
        may_be_asked=named.votes.of_item < PER_ITEM,
        confidence=outputs(fitted, pool.features[free]).proba.max(axis=1),
        count=10 * BATCH,
    )
    most = round(policy.DOUBT_SHARE * BATCH)
    return [int(each) for each in named.positions[chosen.items[:most]]]
