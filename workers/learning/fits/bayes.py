"""Fits of naive Bayes: multinomial on texts, Gaussian on vectors."""

from typing import Any

import numpy as np

from workers.learning.arrays import Floats, Ints, Sparse, is_sparse
from workers.learning.fits import weights
from workers.learning.fits.task import Task
from workers.learning.versions import Gaussian, Linear


def naive(task: Task) -> Linear | Gaussian:
    """Fit naive Bayes of the kind that the rows are for."""
    seen, places = np.unique(task.labels, return_inverse=True)
    weight = weights.of(task.labels)
    members = np.zeros((len(task.labels), len(seen)))
    members[np.arange(len(places)), places] = 1.0 if weight is None else weight
    report = {"class_weight": weights.kind_of(task.labels)}
    if is_sparse(task.rows):
        return _multinomial(task, task.rows, seen, members, report)
    return _gaussian(task, seen, members, report)


def _multinomial(
    task: Task, rows: Sparse, seen: Ints, members: Floats, report: dict[str, Any]
) -> Linear:
    """Count tf-idf weights of unit length in place of terms (Rennie et al. 2003).

    Terms that no training row holds say nothing.
    """
    columns = np.unique(rows.indices).astype(np.int64)
    counts = (rows[:, columns].T @ members).T + task.spec.number("alpha")
    weights_of_terms = np.log(counts / counts.sum(axis=1, keepdims=True))
    prior = np.log(members.sum(axis=0) / members.sum())
    is_binary = len(seen) == 2
    return Linear(
        classes=task.classes,
        seen=seen.astype(np.int64),
        coefficients=np.diff(weights_of_terms, axis=0) if is_binary else weights_of_terms,
        intercept=np.diff(prior) if is_binary else prior,
        columns=columns,
        scaling=task.scaling,
        report=report,
    )


def _gaussian(task: Task, seen: Ints, members: Floats, report: dict[str, Any]) -> Gaussian:
    """Estimate variances from the labels and from `alpha` rows of the pool, where they are 1.

    Without these, two labels of a class that happen to be alike in a feature would decide alone.
    """
    rows, alpha = np.asarray(task.rows, dtype=np.float64), task.spec.number("alpha")
    totals = members.sum(axis=0)[:, None]
    means = (members.T @ rows) / totals
    squares = np.stack(
        [members[:, each] @ np.square(rows - means[each]) for each in range(len(seen))]
    )
    return Gaussian(
        classes=task.classes,
        seen=seen.astype(np.int64),
        means=means,
        variances=(squares + alpha) / (totals + alpha),
        log_prior=np.log(totals[:, 0] / totals.sum()),
        scaling=task.scaling,
        report=report,
    )
