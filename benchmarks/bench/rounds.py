"""Rounds of a project: labels are posted, and the ranking that knows them is waited for."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.bench.caller import Caller, until
from benchmarks.bench.corpora import Corpus
from benchmarks.bench.pools import Pool

Positions = npt.NDArray[np.int64]

BEFORE = 1_000
"""Labels there are before the first round."""

LABELS = 50
"""Labels of a round."""

BLIND_SHARE = 0.8
"""Of the seconds that the stages of the round before took, the part in which nobody looks."""

PATIENCE_SECONDS = 900.0
CYCLE = "cycle"

RETRAIN = {"min_labels": LABELS, "share": 0}
"""Each round is one run: the fiftieth label starts it. All else is as the service has it."""


@dataclass(frozen=True, kw_only=True)
class Round:
    """Seconds from the first byte of the labels to the answer that shows the new ranking."""

    seconds: float
    posted: float
    """Seconds until the labels were acknowledged."""
    stages: Mapping[str, float]
    """Seconds of each stage, as the run tells them."""


class Rounds:
    """A project, and the order in which its items get their labels."""

    def __init__(self, caller: Caller, project: str, pool: Pool | Corpus) -> None:
        self._caller, self._project, self._pool = caller, project, pool
        self._order: Positions = np.random.default_rng(pool.rows).permutation(pool.rows)
        self._labelled = 0
        self._worked = 0.0

    @property
    def project(self) -> str:
        """Path of the project."""
        return self._project

    @property
    def labelled(self) -> Positions:
        """Positions that have a label, in the order in which they got it."""
        return self._order[: self._labelled]

    def coming(self) -> Positions:
        """Positions that have a label when the next round is over."""
        return self._order[: self._labelled + LABELS]

    def warm_up(self) -> None:
        """Give the labels that there are before, and one round that is not measured."""
        self.advance(min(BEFORE, self._pool.rows // 2))
        self.measure()

    def measure(self) -> Round:
        """Post the labels of a round; wait until the ranking served has seen them."""
        return self.advance(LABELS)

    def advance(self, count: int) -> Round:
        """Post so many labels; wait until the ranking served has seen them."""
        self._caller.wait_until_idle(self._project, seconds=PATIENCE_SECONDS)
        answers = self._pool.answers(self._order[self._labelled : self._labelled + count])
        before = self._caller.get(self._project)["ranking"]
        began = time.perf_counter()
        self._caller.label(self._project, answers)
        posted = time.perf_counter() - began
        self._labelled += count
        # Looking costs cores too: nobody looks while what is waited for cannot be there.
        time.sleep(max(0.0, BLIND_SHARE * self._worked - posted))
        until(
            lambda: _is_newer(self._caller.get(self._project)["ranking"], before),
            f"a ranking that knows the labels of {self._project}",
            seconds=PATIENCE_SECONDS,
        )
        seconds = time.perf_counter() - began
        # A scan of the whole pool may have begun already, as a run of its own.
        runs = self._caller.runs(self._project)
        stages = next(run["seconds"] for run in runs if run["kind"] == CYCLE)
        self._worked = sum(stages.values())
        return Round(seconds=seconds, posted=posted, stages=stages)


def _is_newer(now: Any, before: Any) -> bool:
    is_other = before is None or now["number"] > before["number"]
    return is_other and now["version"] is not None and now["labels_since"] == 0
