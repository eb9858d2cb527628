"""Fits of linear estimators: logistic regression, a linear support vector machine."""

import warnings
from typing import Any, TypeAlias

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC

from workers.learning.arrays import Floats, Ints, Matrix, is_sparse
from workers.learning.fits import weights
from workers.learning.fits.task import Task
from workers.learning.specs import NOBODY
from workers.learning.versions import Linear

Liner: TypeAlias = LogisticRegression | LinearSVC

# scikit-learn averages the loss, so a looser tolerance stops early on rare classes (SCIENCE 5.4).
TOLERANCE = 1e-5
MOST_ITERATIONS = 500
# Positives of a search count so much more than all that is not sought (ELAS u4, SCIENCE 5.4).
POSITIVES_OVER_NEGATIVES = 9.8


def logistic(task: Task) -> Linear:
    """Fit logistic regression under an L2 penalty."""
    estimator = regression(task.spec.number("C"))
    report = {"class_weight": weights.kind_of(task.labels)}
    return _fitted(task, estimator, weights.of(task.labels), report)


def support_vectors(task: Task) -> Linear:
    """Fit a linear support vector machine by squared hinge loss, to find a class or tell all."""
    estimator = LinearSVC(
        C=task.spec.number("C"), max_iter=10_000, random_state=task.seed, dual=True
    )
    positive = int(task.spec.number("positive"))
    if positive == NOBODY:
        return _fitted(task, estimator, None, {"class_weight": None})
    favoured = weights.favouring(task.labels, positive, POSITIVES_OVER_NEGATIVES)
    return _fitted(task, estimator, favoured, {"class_weight": POSITIVES_OVER_NEGATIVES})


def regression(penalty: float) -> LogisticRegression:
    """Make a logistic regression with the inverse of its L2 penalty, not fitted yet."""
    return LogisticRegression(C=penalty, solver="lbfgs", tol=TOLERANCE, max_iter=MOST_ITERATIONS)


def converge(estimator: Liner, rows: Matrix, labels: Ints, weight: Floats | None) -> dict[str, Any]:
    """Fit in place; say how it went instead of warning."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ConvergenceWarning)
        estimator.fit(rows, labels, sample_weight=weight)
    return {
        "iterations": int(np.max(estimator.n_iter_)),
        "converged": not any(issubclass(one.category, ConvergenceWarning) for one in caught),
    }


def _fitted(task: Task, estimator: Liner, weight: Floats | None, report: dict[str, Any]) -> Linear:
    # Under an L2 penalty the coefficient of a term that no training row holds is zero.
    columns = np.unique(task.rows.indices).astype(np.int64) if is_sparse(task.rows) else None
    rows = task.rows if columns is None else task.rows[:, columns]
    went = converge(estimator, rows, task.labels, weight)
    return Linear(
        classes=task.classes,
        seen=estimator.classes_.astype(np.int64),
        coefficients=estimator.coef_.astype(np.float64),
        intercept=np.atleast_1d(estimator.intercept_).astype(np.float64),
        columns=columns,
        scaling=task.scaling,
        report=report | went,
    )
