"""A version taught by some items of a pool, as `retrain` fits one."""

import numpy as np

from workers.asking import Pool
from workers.learning import estimators
from workers.learning.arrays import Ints
from workers.learning.fitted import Outputs, outputs
from workers.learning.specs import EstimatorSpec
from workers.learning.versions import Fitted

LOGISTIC = EstimatorSpec(name="logistic", parameters={"C": 10.0})


def said(pool: Pool, taught: Ints, of: Ints, *, spec: EstimatorSpec = LOGISTIC) -> Outputs:
    """What a version taught by some items says of others."""
    return outputs(fitted(pool, taught, spec=spec), pool.features[of])


def fitted(pool: Pool, taught: Ints, *, spec: EstimatorSpec = LOGISTIC) -> Fitted:
    """A version taught by some items."""
    rows = np.sort(taught)
    return estimators.fit(
        spec,
        pool.features[rows],
        pool.labels[rows],
        classes=len(pool.classes),
        moments=pool.moments,
        rng=np.random.default_rng(0),
        cross_validate=False,
    )
