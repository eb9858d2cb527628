"""Which estimators are open to choice for a pool; the first is the default."""

from collections.abc import Sequence

import numpy as np

from workers.learning import costs
from workers.learning import scaling as scalings
from workers.learning.arrays import Matrix, is_sparse
from workers.learning.costs import Shape
from workers.learning.scaling import Kind
from workers.learning.specs import AUTO, EstimatorSpec

# Row lengths that vary by less, relative to their mean, are those of a normalised embedding.
NEARLY_EQUAL = 0.05
PENALTIES = (10.0, 1.0, 100.0)
# Likeness to so many rows stands in for a kernel machine that is too slow for the pool.
LANDMARKS = (512, 256, 128, 64)

LOGISTIC, NAIVE_BAYES, FOREST, BOOSTING = (
    EstimatorSpec(name=name) for name in ("logistic", "naive_bayes", "forest", "boosting")
)
KERNEL = EstimatorSpec(name="svm_rbf", parameters={"C": 1.0, "gamma": "auto"})


def open_to(
    spec: EstimatorSpec, features: Matrix, shape: Shape, *, seconds: float
) -> Sequence[EstimatorSpec]:
    """List estimators with all parameters fixed, among which the labels decide.

    Logistic regression with the default penalty is always open to `auto`; others are if one fit
    and one look at the pool are within `seconds` (`costs`).

    Args:
        features: raw rows of the training labels.
    """
    if spec.name == AUTO:
        return _text(shape, seconds) if is_sparse(features) else _dense(features, shape, seconds)
    if spec.name == "logistic" and spec.value("scaling") == "auto" and not is_sparse(features):
        return [spec.fixing(scaling=kind) for kind in kinds_for(features)]
    return [spec]


def scaling_of(spec: EstimatorSpec, features: Matrix) -> Kind:
    """Say which scaling an estimator with fixed parameters wants."""
    if is_sparse(features):
        return Kind.TFIDF
    match spec.name:
        case "logistic":
            return Kind(str(spec.value("scaling")))
        case "svm_rbf":
            return Kind.STANDARD if spec.value("standardise") else Kind.NONE
        case "forest" | "boosting":
            return Kind.NONE  # no split depends on it
    return Kind.STANDARD


def kinds_for(features: Matrix) -> Sequence[Kind]:
    """List the scalings that rows may want, likeliest first.

    Vectors of nearly equal length are embeddings, in which directions are what counts.
    """
    if is_sparse(features):
        return [Kind.TFIDF]
    lengths = scalings.norms(np.asarray(features))
    if lengths.std() <= NEARLY_EQUAL * lengths.mean():
        return [Kind.UNIT, Kind.STANDARD]
    return [Kind.STANDARD, Kind.UNIT]


def _text(shape: Shape, seconds: float) -> Sequence[EstimatorSpec]:
    first, *others = (LOGISTIC.fixing(C=penalty) for penalty in PENALTIES)
    return [first, *_within([*others, NAIVE_BAYES], shape, seconds)]


def _dense(features: Matrix, shape: Shape, seconds: float) -> Sequence[EstimatorSpec]:
    kinds = kinds_for(features)
    lines = [LOGISTIC.fixing(C=penalty, scaling=kind) for penalty in PENALTIES for kind in kinds]
    smaller = [KERNEL.fixing(components=count) for count in LANDMARKS]
    kernels = _within([KERNEL, *smaller], shape, seconds)[:1]
    others = _within([*lines[2:], NAIVE_BAYES, FOREST, BOOSTING], shape, seconds)
    if kinds[0] is Kind.STANDARD:
        return [*kernels, *lines[:2], *others]
    return [*lines[:2], *kernels, *others]


def _within(
    specs: Sequence[EstimatorSpec], shape: Shape, seconds: float
) -> Sequence[EstimatorSpec]:
    return [spec for spec in specs if costs.seconds(spec, shape) <= seconds]
