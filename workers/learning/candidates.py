"""Which estimators are open to choice for a pool; the first is the default."""

from collections.abc import Sequence

import numpy as np

from workers.learning import costs
from workers.learning import scaling as scalings
from workers.learning.arrays import Floats, Matrix, is_sparse
from workers.learning.costs import Shape
from workers.learning.scaling import Kind
from workers.learning.specs import AUTO, EstimatorSpec

# Row lengths that vary by less, relative to their mean, are those of a normalised embedding.
NEARLY_EQUAL = 0.05
PENALTIES = (1.0, 10.0, 100.0)
# Likeness to so many rows stands in for a kernel machine that is too slow for the pool.
LANDMARKS = (512, 256, 128, 64)

# Labels a class below which only a line knows much: with 20 labels of ten digits a line gets .84
# right, trees .74, a radial kernel .45.
LABELS_FOR_CURVES = 5

# Standardised rows are longer than those of unit length by the root of their dimensions, and the
# same penalty is a weaker one on them.
STANDARD = EstimatorSpec(name="logistic", parameters={"C": 1.0, "scaling": "standard"})
UNIT = EstimatorSpec(name="logistic", parameters={"C": 10.0, "scaling": "unit"})
OF_TEXT = EstimatorSpec(name="logistic", parameters={"C": 10.0})
KERNEL = EstimatorSpec(name="svm_rbf", parameters={"C": 1.0, "gamma": "auto"})
NAIVE_BAYES, FOREST, BOOSTING = (
    EstimatorSpec(name=name) for name in ("naive_bayes", "forest", "boosting")
)


def open_to(
    spec: EstimatorSpec, features: Matrix, shape: Shape, *, seconds: float
) -> Sequence[EstimatorSpec]:
    """List estimators with all parameters fixed, among which the labels decide.

    Logistic regression is always open to `auto`; others are if one fit and one look at the pool
    are within `seconds` (`costs`).

    Args:
        features: raw rows of the training labels.
    """
    if spec.name == AUTO and is_sparse(features):
        return [OF_TEXT, *_within([NAIVE_BAYES], shape, seconds)]
    if spec.name == AUTO:
        return _of_vectors(features, shape, seconds)
    if spec.name == "logistic" and spec.value("scaling") == "auto" and not is_sparse(features):
        return [spec.fixing(scaling=str(kind)) for kind in kinds_for(features)]
    return [spec]


def family_of(spec: EstimatorSpec, open_to: Sequence[EstimatorSpec]) -> EstimatorSpec | None:
    """Give the one that is open to choice of which an estimator is a sibling, or is itself."""
    if spec in open_to:
        return spec
    alike = (each for each in open_to if spec.name == each.name == "logistic")
    return next((each for each in alike if spec == each.fixing(C=spec.value("C"))), None)


def siblings(spec: EstimatorSpec, shape: Shape, *, seconds: float) -> Sequence[EstimatorSpec]:
    """List what else an estimator that `auto` has chosen might be: with another penalty."""
    if spec.name != "logistic":
        return []
    others = [spec.fixing(C=penalty) for penalty in PENALTIES if penalty != spec.value("C")]
    return _within(others, shape, seconds)


def scaling_of(spec: EstimatorSpec, features: Matrix) -> Kind:
    """Say which scaling an estimator with fixed parameters wants."""
    if is_sparse(features):
        is_search = spec.name == "logistic" and spec.value("scaling") == Kind.SEARCH
        return Kind.SEARCH if is_search else Kind.TFIDF
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

    Vectors of nearly equal length are embeddings, in which directions are what counts, unless these
    are nearly the same: then they are a table whose columns lie far from zero.
    """
    if is_sparse(features):
        return [Kind.TFIDF]
    rows = np.asarray(features, dtype=np.float64)
    lengths = scalings.norms(rows)
    is_even = lengths.std() <= NEARLY_EQUAL * lengths.mean()
    if is_even and rows.shape[1] > 1 and _mean_cosine(rows, lengths) <= scalings.ONE_SIDED:
        return [Kind.UNIT, Kind.STANDARD]
    return [Kind.STANDARD, Kind.UNIT]


def _mean_cosine(rows: Floats, lengths: Floats) -> float:
    """Mean over all pairs of two rows; 0 of a single one."""
    count, summed = len(rows), (rows / lengths[:, None]).sum(axis=0)
    return float(summed @ summed - count) / max(1, count * (count - 1))


def _of_vectors(features: Matrix, shape: Shape, seconds: float) -> Sequence[EstimatorSpec]:
    """Embeddings begin with a line; tables, once each class has some labels, with trees where there
    is time for them, else with a kernel."""
    smaller = [KERNEL.fixing(components=count) for count in LANDMARKS]
    kernels = _within([KERNEL, *smaller], shape, seconds)[:1]
    curved = [*_within([FOREST], shape, seconds), *kernels]
    others = _within([NAIVE_BAYES, BOOSTING], shape, seconds)
    if kinds_for(features)[0] is Kind.UNIT:
        return [UNIT, STANDARD, *curved, *others]
    if shape.labels < LABELS_FOR_CURVES * shape.classes:
        return [STANDARD, UNIT, *curved, *others]
    return [*curved, STANDARD, UNIT, *others]


def _within(
    specs: Sequence[EstimatorSpec], shape: Shape, seconds: float
) -> Sequence[EstimatorSpec]:
    return [spec for spec in specs if costs.seconds(spec, shape) <= seconds]
