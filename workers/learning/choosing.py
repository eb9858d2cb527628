"""Which estimator is fitted: the one asked for, the one in force, or the one that labels favour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workers.learning import candidates
from workers.learning.material import Material
from workers.learning.specs import AUTO, EstimatorSpec
from workers.learning.validation import Judged

# Labels from which on there are enough held-out predictions to choose an estimator by, and to
# fit a temperature on.
EVIDENCE = 50


@dataclass(frozen=True, kw_only=True)
class Choice:
    """An estimator with fixed parameters, and why this one."""

    spec: EstimatorSpec
    reason: str
    compared_at: int | None = None
    """At how many labels estimators were last compared."""
    judged: Judged | None = None
    """How well it does, if that was cross-validated now."""
    tried: Sequence[tuple[EstimatorSpec, Judged]] = ()
    """What was compared now."""


def choose(
    spec: EstimatorSpec, material: Material, previous: Mapping[str, Any], *, seconds: float
) -> Choice:
    """Choose an estimator with fixed parameters.

    What was chosen before stands until the labels have doubled. `auto` leaves it, or else its
    default, only for one that loses less by more than a standard error.

    Args:
        previous: report of the version before, as of the same `spec`.
        seconds: what one fit and scoring the pool may take where `auto` chooses.
    """
    open_to = candidates.open_to(spec, material.features, material.shape(), seconds=seconds)
    in_force = _in_force(previous, open_to)
    labels, compared_at = len(material.labels), previous.get("compared_at")
    if len(open_to) == 1:
        return _alone(open_to[0], "fixed", None, material)
    if in_force is not None and compared_at and labels < 2 * compared_at:
        return _alone(in_force, str(previous["reason"]), compared_at, material)
    default = in_force or open_to[0]
    if material.folds is None or (spec.name == AUTO and labels < EVIDENCE):
        return _alone(default, "the default, for want of labels to compare by", None, material)
    tried = {place: material.judge(each) for place, each in enumerate(open_to)}
    if spec.name == AUTO:
        best = _clearly_best(tried, open_to.index(default))
    else:
        best = min(tried, key=lambda place: tried[place].score.log_loss)
    return Choice(
        spec=open_to[best],
        reason="cross-validation",
        compared_at=labels,
        judged=tried[best],
        tried=[(open_to[place], judged) for place, judged in tried.items()],
    )


def _in_force(
    previous: Mapping[str, Any], open_to: Sequence[EstimatorSpec]
) -> EstimatorSpec | None:
    """What the version before was fitted with, if it is still open to choice."""
    chosen = previous.get("chosen")
    return next((spec for spec in open_to if spec.named == chosen), None)


def _alone(spec: EstimatorSpec, reason: str, compared_at: int | None, material: Material) -> Choice:
    """A choice that nothing was compared for, with how well it does if that is asked."""
    judged = material.judge(spec) if material.folds is not None else None
    return Choice(spec=spec, reason=reason, compared_at=compared_at, judged=judged)


def _clearly_best(tried: Mapping[int, Judged], preferred: int) -> int:
    best = min(tried, key=lambda place: tried[place].score.calibrated_log_loss)
    return best if tried[preferred].is_clearly_worse_than(tried[best]) else preferred
