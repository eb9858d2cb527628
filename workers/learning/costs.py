"""What an estimator would cost, by a fixed model, so that no choice hangs on a machine's load.

Measured in processor time on one core (2.5 GHz, AVX2), rows a block of 8,192 at a time; what is
near memory's speed or below a tenth of the whole is left out. Each constant is in seconds.
"""

from dataclasses import dataclass, replace
from math import log2, sqrt

from workers.learning.specs import EstimatorSpec
from workers.learning.validation import MOST_FOLDS, MOST_JUDGED

# The number of labels may double before an estimator is chosen anew.
GROWTH = 2


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What an estimator is to be fitted on, and what it is to score."""

    pool: int
    """Rows that are scored after each fit."""
    labels: int
    dimensions: int
    classes: int
    """Classes that have labels."""


def seconds(spec: EstimatorSpec, shape: Shape) -> float:
    """Estimate the time from labels to scores: one fit, and one look at the pool.

    >>> small = Shape(pool=1_000, labels=100, dimensions=10, classes=2)
    >>> large = Shape(pool=1_000_000, labels=100, dimensions=10, classes=2)
    >>> forest = EstimatorSpec(name="forest")
    >>> seconds(forest, small) < 1 < seconds(forest, large)
    True
    """
    grown = replace(shape, labels=GROWTH * shape.labels)
    return fitting(spec, grown) + shape.pool * scoring(spec, grown)


def judging(spec: EstimatorSpec, shape: Shape) -> float:
    """Estimate the time to cross-validate it on the labels: one fit a fold.

    >>> shape = Shape(pool=1_000, labels=1_000, dimensions=10, classes=2)
    >>> forest = EstimatorSpec(name="forest")
    >>> fitting(forest, shape) < judging(forest, shape) < 6 * fitting(forest, shape)
    True
    """
    judged = replace(shape, labels=min(shape.labels, MOST_JUDGED))
    return MOST_FOLDS * fitting(spec, judged) + judged.labels * scoring(spec, judged)


def scoring(spec: EstimatorSpec, shape: Shape) -> float:
    """Estimate the time to score one row."""
    wide, classes = shape.dimensions, shape.classes
    match spec.name:
        case "svm_rbf" if not spec.value("components"):
            # Distances to the support vectors, which are next to all labels where these are
            # chosen to be hard; of many classes once for the votes and once for the decisions.
            passes = 1 if classes == 2 else 2
            votes = 0.0 if classes == 2 else 4.7e-9 * classes
            return shape.labels * (passes * (30e-9 + 0.45e-9 * wide) + votes)
        case "svm_rbf":
            landmarks = min(spec.number("components"), shape.labels)
            return landmarks * (4.5e-9 + 0.05e-9 * wide + 0.1e-9 * classes)
        case "forest":
            levels = 5e-9 * log2(shape.labels) + 2e-9 * classes
            return 10e-9 * wide + spec.number("trees") * levels
        case "boosting":
            return boosted_trees(spec, classes) * (45e-9 + 0.7e-9 * wide)
    return 4e-9 * wide + 0.4e-9 * wide * classes


def fitting(spec: EstimatorSpec, shape: Shape) -> float:
    """Estimate the time to fit once: for logistic regression, when it does not converge."""
    labels, wide = shape.labels, shape.dimensions
    match spec.name:
        case "logistic":
            outcomes = 1 if shape.classes == 2 else shape.classes
            return 250e-9 * labels * wide * outcomes
        case "svm_rbf" if not spec.value("components"):
            return labels**2 * (30e-9 + 0.45e-9 * wide)
        case "forest":
            return spec.number("trees") * labels * (1.2e-6 + 0.12e-6 * sqrt(wide))
        case "boosting":
            return boosted_trees(spec, shape.classes) * (2e-3 + 45e-6 * wide + 2e-9 * labels * wide)
    return 0.0


def boosted_trees(spec: EstimatorSpec, classes: int) -> float:
    """How many trees boosting grows: one a round for two classes, else one for each of them."""
    return spec.number("iterations") * (1 if classes == 2 else classes)
