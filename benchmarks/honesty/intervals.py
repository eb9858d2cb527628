"""How often the intervals of the report hold the truth, and how wide they are.

A version is taught by some items of a set; the others are the pool, whose truth is known. An
audit is drawn from it again and again, and judged by the code that the report is made by. With
the finite-population correction the truth is that of the pool; without, as the report has it, the
pool stands for the source and the audit is drawn from it with replacement.
"""

from collections.abc import Callable
from math import inf
from statistics import fmean

import numpy as np

from benchmarks.honesty import versions
from benchmarks.honesty.site import Site
from benchmarks.selection.rows import Row
from workers.learning import adjusted, estimates, per_class
from workers.learning.arrays import Ints
from workers.learning.estimates import Estimate
from workers.learning.fitted import Outputs
from workers.learning.reserve import Evidence
from workers.reporting import quality

SETS = ("tab_spambase", "tab_magic", "sms_spam", "mnist_t10k", "snips_intents")
REPLAYS, TAUGHT, AUDITS = 1_000, 200, (100, 400)
LEAST, WIDEST = 0.93, 1.3
RESERVE = 1_000


def run(site: Site) -> list[Row]:
    """Every set, every size of the audit."""
    rows: list[Row] = []
    for name in SETS:
        pool = site.pool(name)
        order = np.random.default_rng(0).permutation(len(pool.labels))
        taught, others = order[:TAUGHT], order[TAUGHT:]
        found = _Pool(pool.labels[others], versions.said(pool, taught, others), len(pool.classes))
        for audit in AUDITS:
            rows += found.rows(f"{name}, {audit} audit labels", audit, site.count(REPLAYS))
            site.say(f"intervals: {name}, {audit}")
    return rows


class _Pool:
    """A pool of which everything is known, and what a version says of it."""

    def __init__(self, truth: Ints, said: Outputs, classes: int) -> None:
        self._truth, self._label, self._classes = truth, said.label, classes
        self._confidence = said.proba[np.arange(len(truth)), said.label]
        self._accuracy = float(np.mean(said.label == truth))

    def rows(self, what: str, audit: int, replays: int) -> list[Row]:
        """Rows of one size of the audit."""
        rng = np.random.default_rng([audit, len(self._truth)])
        drawn = [
            (self._evidence(rng, audit, replace=True), self._evidence(rng, audit, replace=False))
            for _ in range(replays)
        ]
        source = [each for each, _ in drawn]
        return [
            self._row(f"{what}: accuracy", source, quality.accuracy, _exact),
            self._row(
                f"{what}: accuracy of the pool, corrected",
                [each for _, each in drawn],
                lambda found: _of_pool(found, len(self._truth)),
                lambda found: _exact(found, len(self._truth)),
            ),
            *(
                self._row(f"{what}: accuracy, {name}", source, _adjusted(estimate), _exact)
                for name, estimate in (
                    ("aipw", adjusted.aipw),
                    ("stratified", adjusted.stratified),
                )
            ),
            *self._recall(what, source),
        ]

    def _evidence(self, rng: np.random.Generator, audit: int, *, replace: bool) -> Evidence:
        """An audit whose reserve is larger, as it is while labels come in."""
        count = min(RESERVE, len(self._truth)) if not replace else RESERVE
        items = rng.choice(len(self._truth), count, replace=replace)
        some = items[:audit]
        return Evidence(
            positions=some,
            truth=self._truth[some],
            predicted=self._label[some],
            confidences=self._confidence[some],
            unanswerable=0,
            rest=self._confidence[items],
        )

    def _row(
        self,
        what: str,
        drawn: list[Evidence],
        estimate: Callable[[Evidence], Estimate | None],
        exact: Callable[[Evidence], Estimate],
    ) -> Row:
        pairs = [(found, exact(each)) for each in drawn if (found := estimate(each)) is not None]
        return _row(what, pairs, self._accuracy)

    def _recall(self, what: str, drawn: list[Evidence]) -> list[Row]:
        """All classes of which enough is audited, together."""
        held: list[bool] = []
        widths: list[float] = []
        rng = np.random.default_rng(0)
        true = [
            float(np.mean(self._label[self._truth == each] == each))
            for each in range(self._classes)
        ]
        for evidence in drawn:
            given = (evidence.truth, evidence.predicted)
            found = per_class.of_classes(*given, classes=self._classes, rng=rng)
            for each, truth in zip(found, true, strict=True):
                if each.recall is not None:
                    p, n = each.recall.value, each.positives
                    low, high = estimates.clopper_pearson(p, n, 0.05)
                    held.append(each.recall.low <= truth <= each.recall.high)
                    widths.append(2 * each.recall.half_width / (high - low))
        if not held:
            return []
        return [_told(f"{what}: recall of classes", held, widths)]


def _of_pool(found: Evidence, population: int) -> Estimate:
    """The same estimate with the finite-population correction."""
    return estimates.share(int(found.right.sum()), len(found.truth), population=population)


def _exact(found: Evidence, population: float = inf) -> Estimate:
    """Clopper and Pearson's interval of the same sample."""
    p, labels = float(found.right.mean()), estimates.effective(len(found.truth), population)
    low, high = estimates.clopper_pearson(p, labels, 0.05)
    return Estimate(value=p, low=low, high=high, confidence=0.95, method="exact")


def _adjusted(
    estimate: Callable[..., Estimate | None],
) -> Callable[[Evidence], Estimate | None]:
    return lambda found: estimate(found.right, found.confidences, found.rest)


def _row(what: str, pairs: list[tuple[Estimate, Estimate]], truth: float) -> Row:
    held = [found.low <= truth <= found.high for found, _ in pairs]
    widths = [found.half_width / max(exact.half_width, 1e-9) for found, exact in pairs]
    return _told(what, held, widths)


def _told(what: str, held: list[bool], widths: list[float]) -> Row:
    if not held:
        return Row(what=what, value=0.0, seeds=0, note="never shown of so few labels")
    share, width = fmean(held), fmean(widths)
    return Row(
        what=what,
        value=share,
        seeds=len(held),
        reference=LEAST,
        reference_of="at least",
        is_reached=share >= LEAST and width <= WIDEST,
        note=f"{width:.2f} x the width of an exact interval (at most {WIDEST})",
    )
