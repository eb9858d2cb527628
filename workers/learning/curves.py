"""How good the versions of a loop are on items that nobody was asked about."""

from dataclasses import dataclass, field

import numpy as np
from sklearn.metrics import f1_score

from workers.learning import calibration
from workers.learning.arrays import Ints
from workers.learning.fitted import Outputs


@dataclass(frozen=True, kw_only=True)
class Curve:
    """A point for every version: the labels it was fitted on, and what it got right."""

    labels: list[int] = field(default_factory=list)
    accuracy: list[float] = field(default_factory=list)
    macro_f1: list[float] = field(default_factory=list)
    log_loss: list[float] = field(default_factory=list)
    """Mean of -log p(truth), natural logarithm."""

    def add(self, labels: int, said: Outputs | None, truth: Ints, *, classes: int) -> None:
        """Judge a version on items of the classes int64[n].

        Where there is none yet, everything is taken for the first class, all being as likely.
        """
        if said is None:
            label = np.zeros(len(truth), np.int64)
            proba = np.full((len(truth), classes), 1 / classes)
        else:
            label, proba = said.label, said.proba
        self.labels.append(labels)
        self.accuracy.append(float(np.mean(label == truth)))
        f1 = f1_score(truth, label, average="macro", zero_division=0)
        self.macro_f1.append(float(f1))
        self.log_loss.append(float(calibration.losses(proba, truth).mean()))
