"""What versions say of labelled items that they were not trained on."""

from functools import partial

import numpy as np

from workers.learning import calibration, candidates, validation
from workers.learning import scaling as scalings
from workers.learning.arrays import Floats, Ints, Matrix, is_sparse
from workers.learning.fitted import outputs
from workers.learning.scaling import Kind, Moments
from workers.learning.specs import AUTO, EstimatorSpec
from workers.learning.training import train


def probabilities(
    spec: EstimatorSpec,
    features: Matrix,
    labels: Ints,
    *,
    classes: int,
    moments: Moments,
    rng: np.random.Generator,
) -> Floats | None:
    """Cross-validate, and calibrate by one temperature: float64[n, classes].

    None where labels are too few to be held out. Of the only item of a class nothing is said:
    all classes are as likely.

    Args:
        spec: the estimator; logistic regression stands in for `auto`, and the likeliest scaling
            for one that is to be chosen.
        features: raw rows of the labelled items, float32[n, d] or CSR term weights.
        labels: int64[n].
        moments: statistics of all registered items.
    """
    folds = validation.deal_all(labels, rng)
    if folds is None:
        return None
    wanted = _fixed(spec, features)
    scaling = scalings.of(candidates.scaling_of(wanted, features), moments)
    fit = partial(train, wanted, scaling, classes=classes, seed=int(rng.integers(2**31)))
    proba = np.full((len(labels), classes), 1.0 / classes)
    for fold in range(folds.max() + 1):
        held, rest = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        if len(np.unique(labels[rest])) < 2:
            continue  # nothing to tell apart: all stay as likely
        proba[held] = outputs(fit(features[rest], labels[rest]), features[held]).proba
    judged = np.flatnonzero(folds != validation.NEVER_HELD_OUT)
    best = calibration.temperature(proba[judged], labels[judged], np.ones(len(judged)))
    proba[judged] = calibration.tempered(proba[judged], best)
    return proba


def _fixed(spec: EstimatorSpec, features: Matrix) -> EstimatorSpec:
    likeliest = candidates.kinds_for(features)[0]
    if spec.name == AUTO and is_sparse(features):
        return candidates.OF_TEXT
    if spec.name == AUTO:
        return candidates.UNIT if likeliest is Kind.UNIT else candidates.STANDARD
    if spec.name == "logistic" and spec.value("scaling") == "auto" and not is_sparse(features):
        return spec.fixing(scaling=str(likeliest))
    return spec
