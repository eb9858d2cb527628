"""Fits with a radial kernel: the support vector machine, and landmarks in its place."""

import numpy as np
from sklearn.svm import SVC

from workers.learning import diversity
from workers.learning.arrays import Floats
from workers.learning.fits import lines, weights
from workers.learning.fits.task import Task
from workers.learning.kernels import likeness
from workers.learning.versions import Kernel, Landmarks

# Directions in which the landmarks differ by less, relative to the most, are rounding.
SMALLEST_EIGENVALUE = 1e-6


def support_vectors(task: Task) -> Kernel:
    """Fit a support vector machine with a radial kernel, exactly as libsvm does."""
    machine = SVC(kernel="rbf", C=task.spec.value("C"), gamma=task.spec.value("gamma"))
    machine.fit(task.rows, task.labels)
    return Kernel(
        classes=task.classes,
        seen=machine.classes_.astype(np.int64),
        machine=machine,
        scaling=task.scaling,
        report={"support_vectors": int(machine.n_support_.sum())},
    )


def landmarks(task: Task) -> Landmarks:
    """Fit logistic regression over likeness to landmarks (Nystroem; Williams & Seeger 2001).

    The landmarks are training rows, spread out by k-means++ (Zhang, Tsang & Kwok 2008), all of
    them if they are few.
    """
    rows = np.asarray(task.rows, dtype=np.float64)
    count = int(task.spec.number("components"))
    chosen = rows
    if len(rows) > count:
        rng = np.random.default_rng(task.seed)
        chosen = rows[np.sort(diversity.kmeans_plus_plus(rows, count, rng)[:count])]
    gamma = _gamma(task, rows)
    whitened = _whitening(likeness(chosen, chosen, gamma))
    estimator = lines.regression(task.spec.number("C"))
    went = lines.converge(
        estimator, likeness(rows, chosen, gamma) @ whitened, task.labels, weights.of(task.labels)
    )
    return Landmarks(
        classes=task.classes,
        seen=estimator.classes_.astype(np.int64),
        landmarks=chosen,
        gamma=gamma,
        coefficients=estimator.coef_ @ whitened.T,
        intercept=estimator.intercept_.astype(np.float64),
        scaling=task.scaling,
        report={"class_weight": weights.kind_of(task.labels), "landmarks": len(chosen)} | went,
    )


def _gamma(task: Task, rows: Floats) -> float:
    """The kernel's width, by name as scikit-learn has it."""
    match task.spec.value("gamma"):
        case "auto":
            return 1.0 / float(rows.shape[1])
        case "scale":
            variance = float(rows.var())
            return 1.0 / (rows.shape[1] * variance) if variance > 0 else 1.0
        case given:
            return float(given)


def _whitening(square: Floats) -> Floats:
    """A factor float64[m, r] of the inverse of likeness among landmarks, without rounding."""
    values, vectors = np.linalg.eigh(square)
    kept = values > SMALLEST_EIGENVALUE * values[-1]
    return np.asarray(vectors[:, kept] / np.sqrt(values[kept]), dtype=np.float64)
