"""Fit a version on labels: choose its scaling, cross-validate, train."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from workers.learning import scaling as scalings
from workers.learning import validation
from workers.learning.arrays import Ints, Matrix, is_sparse
from workers.learning.fitted import Fitted
from workers.learning.scaling import Kind, Moments
from workers.learning.training import EstimatorSpec, train
from workers.learning.validation import Score

# Row lengths that vary by less, relative to their mean, are those of a normalised embedding.
NEARLY_EQUAL = 0.05


def fit(
    spec: EstimatorSpec,
    features: Matrix,
    labels: Ints,
    *,
    classes: int,
    moments: Moments,
    rng: np.random.Generator,
    previous: Mapping[str, Any] | None = None,
    cross_validate: bool = True,
) -> Fitted:
    """Fit a version.

    Args:
        spec: the estimator, and the parameters that are fixed.
        features: raw rows of the training labels, float32[n, d] or CSR counts, in item order.
        labels: int64[n], indices into the project's classes.
        classes: number of classes of the project.
        moments: statistics of all registered items.
        rng: deals the folds.
        previous: report of the version before; a scaling that it chose by cross-validation
            stands until the labels have doubled.
        cross_validate: False saves the extra fits, and leaves the scaling to the row lengths.

    Raises:
        ValueError: fewer than two classes have labels, or features and moments do not match.
    """
    if len(np.unique(labels)) < 2:
        raise ValueError("a fit needs labels of at least two classes")
    open_to = _candidates(spec, features, previous or {}, len(labels))
    fits = {
        kind: partial(train, spec, scalings.of(kind, moments), classes=classes)
        for kind in open_to.kinds
    }
    folds = validation.deal(labels, rng) if cross_validate else None
    scores: dict[Kind, Score] = {}
    if folds is not None:
        scores = {kind: validation.score(fits[kind], features, labels, folds) for kind in fits}
    chosen = _choose(open_to, scores, features)
    fitted = fits[chosen.kinds[0]](features, labels)
    return replace(
        fitted, report=_report(spec, chosen, scores, labels=len(labels)) | dict(fitted.report)
    )


@dataclass(frozen=True, kw_only=True)
class _Choice:
    """Scalings that are possible, why these, and at how many labels they were compared."""

    kinds: Sequence[Kind]
    reason: str
    compared_at: int | None = None


def _candidates(
    spec: EstimatorSpec, features: Matrix, previous: Mapping[str, Any], count: int
) -> _Choice:
    if is_sparse(features):
        return _Choice(kinds=[Kind.TFIDF], reason="term counts")
    if spec.name == "svm_rbf":
        kind = Kind.STANDARD if spec.value("standardise") else Kind.NONE
        return _Choice(kinds=[kind], reason="fixed")
    if spec.value("scaling") != "auto":
        return _Choice(kinds=[Kind(str(spec.value("scaling")))], reason="fixed")
    compared_at = previous.get("scaling_compared_at")
    if compared_at is not None and count < 2 * compared_at:
        kept = Kind(previous["scaling"])
        return _Choice(kinds=[kept], reason="cross-validation", compared_at=compared_at)
    return _Choice(kinds=[Kind.STANDARD, Kind.UNIT], reason="cross-validation", compared_at=count)


def _choose(open_to: _Choice, scores: Mapping[Kind, Score], features: Matrix) -> _Choice:
    if len(open_to.kinds) == 1:
        return open_to
    if scores:
        best = min(open_to.kinds, key=lambda kind: scores[kind].log_loss)
        return replace(open_to, kinds=[best])
    lengths = scalings.norms(np.asarray(features))
    if lengths.std() <= NEARLY_EQUAL * lengths.mean():
        return _Choice(kinds=[Kind.UNIT], reason="rows of nearly equal length")
    return _Choice(kinds=[Kind.STANDARD], reason="rows of unequal length")


def _report(
    spec: EstimatorSpec, chosen: _Choice, scores: Mapping[Kind, Score], *, labels: int
) -> dict[str, Any]:
    kind = chosen.kinds[0]
    validated = asdict(scores[kind]) if scores else None
    if validated and spec.name == "svm_rbf":
        del validated["log_loss"]  # its probabilities are not calibrated
    return {
        "estimator": spec.name,
        "parameters": dict(spec.parameters),
        "labels": labels,
        "scaling": kind.value,
        "scaling_reason": chosen.reason,
        "scaling_compared_at": chosen.compared_at,
        "cross_validation": validated,
        "log_loss_by_scaling": {one.value: scores[one].log_loss for one in scores},
    }
