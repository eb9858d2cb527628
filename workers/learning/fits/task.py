"""What a fit is given."""

from dataclasses import dataclass

from workers.learning.arrays import Ints, Matrix
from workers.learning.scaling import Scaling
from workers.learning.specs import EstimatorSpec


@dataclass(frozen=True, kw_only=True, eq=False)
class Task:
    """Scaled rows with their class indices, and the estimator to fit on them."""

    spec: EstimatorSpec
    scaling: Scaling
    rows: Matrix
    """float64[n, d], or unit-norm tf-idf CSR."""
    labels: Ints
    """int64[n]."""
    classes: int
    """Number of classes of the project."""
    seed: int
    """Of whatever an estimator leaves to chance."""
