"""One fit of one estimator."""

import warnings
from collections.abc import Callable, Mapping

from workers.learning import scaling as scalings
from workers.learning.arrays import Ints, Matrix
from workers.learning.fits import bayes, kernels, lines, trees
from workers.learning.fits.task import Task
from workers.learning.scaling import Scaling
from workers.learning.specs import EstimatorSpec
from workers.learning.versions import Fitted


def train(
    spec: EstimatorSpec,
    scaling: Scaling,
    features: Matrix,
    labels: Ints,
    *,
    classes: int,
    seed: int = 0,
) -> Fitted:
    """Fit once on raw rows and class indices int64[n]; the report says how the fit itself went.

    Args:
        seed: of what an estimator leaves to chance.

    Raises:
        ValueError: `auto`, which is not an estimator that can be fitted.
    """
    if spec.name not in _FITS:
        raise ValueError(f"'{spec.name}' is chosen, not fitted")
    task = Task(
        spec=spec,
        scaling=scaling,
        rows=scalings.apply(scaling, features),
        labels=labels,
        classes=classes,
        seed=seed,
    )
    with warnings.catch_warnings():
        # With a class for every second label scikit-learn asks whether they are numbers.
        warnings.filterwarnings("ignore", message="The number of unique classes")
        return _FITS[spec.name](task)


def _radial(task: Task) -> Fitted:
    if task.spec.value("components"):
        return kernels.landmarks(task)
    return kernels.support_vectors(task)


_FITS: Mapping[str, Callable[[Task], Fitted]] = {
    "logistic": lines.logistic,
    "svm_rbf": _radial,
    "forest": trees.forest,
    "boosting": trees.boosting,
    "naive_bayes": bayes.naive,
}
