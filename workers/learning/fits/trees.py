"""Fits of decision trees: a forest that votes, boosting that adds up."""

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier

from workers.learning.fits import weights
from workers.learning.fits.task import Task
from workers.learning.versions import Grown, Trees

# The usual twenty would leave forty labels without a single split.
LEAST_IN_A_LEAF = 5


def forest(task: Task) -> Trees:
    """Fit extremely randomised trees (Geurts, Ernst & Wehenkel 2006)."""
    trees = int(task.spec.number("trees"))
    return _fitted(task, ExtraTreesClassifier(n_estimators=trees, random_state=task.seed))


def boosting(task: Task) -> Trees:
    """Fit boosted trees on binned features (Friedman 2001; Ke et al. 2017)."""
    machine = HistGradientBoostingClassifier(
        max_iter=int(task.spec.number("iterations")),
        learning_rate=task.spec.number("learning_rate"),
        min_samples_leaf=LEAST_IN_A_LEAF,
        early_stopping=False,
        random_state=task.seed,
    )
    return _fitted(task, machine)


def _fitted(task: Task, machine: Grown) -> Trees:
    machine.fit(np.asarray(task.rows), task.labels, sample_weight=weights.of(task.labels))
    return Trees(
        classes=task.classes,
        seen=machine.classes_.astype(np.int64),
        machine=machine,
        scaling=task.scaling,
        report={"class_weight": weights.kind_of(task.labels)},
    )
