"""Fit a version on labels: choose what is open to choice, train, calibrate."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from workers.learning import choosing, validation
from workers.learning.arrays import Ints, Matrix
from workers.learning.choosing import EVIDENCE, Choice
from workers.learning.material import Material
from workers.learning.presumed import Presumed
from workers.learning.scaling import Kind, Moments
from workers.learning.specs import EstimatorSpec
from workers.learning.versions import Fitted

# A ranking is to be there in so many seconds, unless a setting says otherwise.
RANKING_SECONDS = 2.0


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
    pool: Matrix | None = None,
    presumed: Presumed | None = None,
    seconds: float = RANKING_SECONDS,
) -> Fitted:
    """Fit a version.

    Args:
        spec: the estimator, and the parameters that are fixed.
        features: raw rows of the training labels, float32[n, d] or CSR term weights, in item order.
        labels: int64[n], indices into the project's classes.
        classes: number of classes of the project.
        moments: statistics of all registered items.
        rng: deals the folds, and seeds what an estimator leaves to chance.
        previous: report of the version before, of the same `spec`; what it chose stands until
            the labels have doubled, and its temperature until cross-validation is done again.
        cross_validate: False saves the extra fits; see `is_due`.
        pool: raw rows of items drawn at random, by which labels count for the part of the pool
            that they are near to; without them all count alike.
        presumed: items that are taken for one class while nobody has looked at them; they teach
            the version, and judge none.
        seconds: what one fit and scoring the pool may take where `auto` chooses, by the
            estimates of `costs`.

    Raises:
        ValueError: fewer than two classes have labels, or features and moments do not match.
    """
    if len(np.unique(labels)) < 2:
        raise ValueError("a fit needs labels of at least two classes")
    before = previous or {}
    material = Material(
        features=features,
        labels=labels,
        classes=classes,
        moments=moments,
        folds=validation.deal(labels, rng) if cross_validate else None,
        seed=int(rng.integers(2**31)),
        pool=pool,
        presumed=presumed,
    )
    choice = choosing.choose(spec, material, before, seconds=seconds)
    temperature = _temperature(choice, before, labels=len(labels))
    fitted = material.fit(choice.spec)
    count = 0 if presumed is None else presumed.rows.shape[0]
    report = _report(choice, fitted.scaling.kind, before, labels=len(labels))
    report |= {"asked": spec.named, "temperature": temperature, "presumed": count} | dict(
        fitted.report
    )
    return replace(fitted, temperature=temperature or 1.0, report=report)


def is_due(previous: Mapping[str, Any], labels: int) -> bool:
    """Say whether it is time to cross-validate anew: at the first fit, when labels have doubled
    since, and once when there are enough for a temperature.

    Args:
        previous: report of the version before, of the same estimator.
    """
    last = previous.get("validated_at") or 0
    return labels >= 2 * last or last < EVIDENCE <= labels


def _temperature(choice: Choice, previous: Mapping[str, Any], *, labels: int) -> float | None:
    """One temperature, of held-out predictions of this estimator; none of too few."""
    if choice.judged is not None:
        return choice.judged.score.temperature if labels >= EVIDENCE else None
    return previous.get("temperature") if previous.get("chosen") == choice.spec.named else None


def _report(
    choice: Choice, kind: Kind, previous: Mapping[str, Any], *, labels: int
) -> dict[str, Any]:
    judged = choice.judged
    return {
        "estimator": choice.spec.name,
        "chosen": choice.spec.named,
        "labels": labels,
        "scaling": kind.value,
        "reason": choice.reason,
        "compared_at": choice.compared_at,
        "validated_at": labels if judged else previous.get("validated_at"),
        "cross_validation": asdict(judged.score) if judged else None,
        "candidates": [
            {"estimator": spec.named, **asdict(tried.score)} for spec, tried in choice.tried
        ],
    }
