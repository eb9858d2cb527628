"""What versions are made from, and how good those would be on other labels."""

from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from workers.learning import candidates, shares, validation
from workers.learning import scaling as scalings
from workers.learning.arrays import Floats, Ints, Matrix, is_sparse
from workers.learning.costs import Shape
from workers.learning.scaling import Moments
from workers.learning.specs import EstimatorSpec
from workers.learning.training import train
from workers.learning.validation import Judged
from workers.learning.versions import Fitted


@dataclass(frozen=True, kw_only=True, eq=False)
class Material:
    """What versions are made from."""

    features: Matrix
    """Raw rows of the training labels."""
    labels: Ints
    classes: int
    moments: Moments
    seed: int
    folds: Ints | None
    """The fold of each label; None where nothing is cross-validated."""
    pool: Matrix | None
    """Raw rows of items drawn at random."""

    def fit(self, spec: EstimatorSpec) -> Fitted:
        """Fit an estimator with fixed parameters on all labels."""
        return self._train(spec)(self.features, self.labels)

    def judge(self, spec: EstimatorSpec) -> Judged:
        """Cross-validate it; each label counts for the part of the pool that it is nearest to.

        Raises:
            ValueError: there are no folds.
        """
        if self.folds is None:
            raise ValueError("no labels were dealt into folds")
        return validation.judge(
            self._train(spec), self.features, self.labels, self.folds, self._weights
        )

    def shape(self) -> Shape:
        """Describe it to the model of costs."""
        sizes = self.features.nnz / len(self.labels) if is_sparse(self.features) else None
        return Shape(
            pool=self.moments.count,
            labels=len(self.labels),
            dimensions=round(sizes) if sizes else self.features.shape[1],
            classes=len(np.unique(self.labels)),
        )

    @cached_property
    def _weights(self) -> Floats:
        if self.pool is None:
            return np.ones(len(self.labels))
        scaling = scalings.of(candidates.kinds_for(self.features)[0], self.moments)
        return shares.of(scalings.apply(scaling, self.features), scalings.apply(scaling, self.pool))

    def _train(self, spec: EstimatorSpec) -> partial[Fitted]:
        scaling = scalings.of(candidates.scaling_of(spec, self.features), self.moments)
        return partial(train, spec, scaling, classes=self.classes, seed=self.seed)
