"""Fits of decision trees: a forest that votes, boosting that adds up."""

from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier

from workers.learning import forests
from workers.learning.fits import weights
from workers.learning.fits.task import Task
from workers.learning.versions import Boosted, Forest

# The usual twenty would leave forty labels without a single split.
LEAST_IN_A_LEAF = 5


def forest(task: Task) -> Forest:
    """Fit extremely randomised trees (Geurts, Ernst & Wehenkel 2006)."""
    trees = int(task.spec.number("trees"))
    machine = ExtraTreesClassifier(n_estimators=trees, random_state=task.seed)
    common = _grown(machine, task)
    return Forest(**common, **forests.arrays_of(machine))


def boosting(task: Task) -> Boosted:
    """Fit boosted trees on binned features (Friedman 2001; Ke et al. 2017)."""
    machine = HistGradientBoostingClassifier(
        max_iter=int(task.spec.number("iterations")),
        learning_rate=task.spec.number("learning_rate"),
        min_samples_leaf=LEAST_IN_A_LEAF,
        early_stopping=False,
        random_state=task.seed,
    )
    return Boosted(**_grown(machine, task), machine=machine)


def _grown(
    machine: ExtraTreesClassifier | HistGradientBoostingClassifier, task: Task
) -> dict[str, Any]:
    """Let a machine grow, and say what a version of any kind says."""
    machine.fit(np.asarray(task.rows), task.labels, sample_weight=weights.of(task.labels))
    return {
        "classes": task.classes,
        "seen": machine.classes_.astype(np.int64),
        "scaling": task.scaling,
        "report": {"class_weight": weights.kind_of(task.labels)},
    }
