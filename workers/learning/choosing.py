"""Which estimator is fitted: the one asked for, the one in force, or the one that labels favour."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from workers.learning import candidates, costs, specs, validation
from workers.learning.arrays import is_sparse
from workers.learning.costs import Shape
from workers.learning.material import Material
from workers.learning.specs import AUTO, EstimatorSpec
from workers.learning.validation import Judged

# Labels from which on there are enough held-out predictions to choose an estimator by, and to
# fit a temperature on.
EVIDENCE = 50
# Labels were chosen where the estimator in force was in doubt, so on them it looks worse than
# others. Others have to be better by so many standard errors, of texts more than of vectors: naive
# Bayes took over at 60 labels, and later a penalty that let F1 of sms_spam fall again. Mean macro
# F1 of `auto` from 20 labels on, with 3 errors for both, with 5 and 10, and by logistic regression
# as it begins: sms_spam to 1,000 .939 / .945 / .945, clickbait_headlines to 700 .911 / .915 / .915,
# snips_intents to 700 .957, meetings_cost_talk to 1,000 .639 in all cases (4 seeds, standard errors
# .002 to .005).
ERRORS, ERRORS_OF_TEXT = 1.0, 5.0
# The losses of two penalties differ by little, and always in the same direction.
TIMES_FOR_PENALTIES = 2.0

Tried: TypeAlias = tuple[EstimatorSpec, Judged]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """An estimator with fixed parameters, and why this one."""

    spec: EstimatorSpec
    reason: str
    compared_at: int | None = None
    """At how many labels estimators were last compared."""
    judged: Judged | None = None
    """How well it does, if that was cross-validated now."""
    tried: Sequence[Tried] = ()
    """What was compared now."""


def choose(
    spec: EstimatorSpec, material: Material, previous: Mapping[str, Any], *, seconds: float
) -> Choice:
    """Choose an estimator with fixed parameters.

    What was chosen before stands until the labels have doubled. `auto` leaves it, or its default
    for so many labels if none was chosen yet, only for one that loses clearly less.

    Args:
        previous: report of the version before, as of the same `spec`.
        seconds: what one fit and scoring the pool may take where `auto` chooses; a comparison
            may take as many times that as there are folds.
    """
    shape, labels = material.shape(), len(material.labels)
    open_to = candidates.open_to(spec, material.features, shape, seconds=seconds)
    if len(open_to) == 1:
        return _alone(open_to[0], "fixed", None, material)
    before = specs.of(previous["chosen"]) if "chosen" in previous else None
    family = candidates.family_of(before, open_to) if before else None
    compared_at = previous.get("compared_at")
    if before and family and compared_at and labels < 2 * compared_at:
        return _alone(before, str(previous["reason"]), compared_at, material)
    if material.folds is None or (spec.name == AUTO and labels < EVIDENCE):
        reason = "the default, for want of labels to compare by"
        return _alone(open_to[0], reason, None, material)
    preferred = family if family and compared_at else open_to[0]
    budget = validation.MOST_FOLDS * seconds
    compared = _affordable([preferred, *open_to], shape, budget)
    if len(compared) == 1:
        return _alone(preferred, "a comparison would take too long", None, material)
    tried = [(each, material.judge(each)) for each in compared]
    if spec.name != AUTO:
        return _chosen(min(tried, key=lambda each: each[1].score.log_loss), tried, labels)
    errors = ERRORS_OF_TEXT if is_sparse(material.features) else ERRORS
    best = _least(tried, preferred=preferred, errors=errors)
    siblings = candidates.siblings(best[0], shape, seconds=seconds)
    others = _affordable([*compared, *siblings], shape, budget)[len(compared) :]
    alike = [best, *((each, material.judge(each)) for each in others)]
    kept = before if before and before in others else best[0]
    least = _least(alike, preferred=kept, errors=TIMES_FOR_PENALTIES * errors)
    return _chosen(least, [*tried, *alike[1:]], labels)


def _affordable(
    wanted: Sequence[EstimatorSpec], shape: Shape, budget: float
) -> Sequence[EstimatorSpec]:
    """The first, and in their order those that can be judged beside it within so many seconds."""
    taken, spent = [wanted[0]], costs.judging(wanted[0], shape)
    for each in wanted[1:]:
        cost = costs.judging(each, shape)
        if each not in taken and spent + cost <= budget:
            taken, spent = [*taken, each], spent + cost
    return taken


def _least(tried: Sequence[Tried], *, preferred: EstimatorSpec, errors: float) -> Tried:
    """The one that loses least, or the preferred one if that is not clearly worse."""
    least = min(tried, key=lambda each: each[1].score.calibrated_log_loss)
    kept = next(each for each in tried if each[0] == preferred)
    return least if kept[1].loses_more_than(least[1], errors=errors) else kept


def _chosen(best: Tried, tried: Sequence[Tried], labels: int) -> Choice:
    return Choice(
        spec=best[0],
        reason="cross-validation",
        compared_at=labels,
        judged=best[1],
        tried=tried,
    )


def _alone(spec: EstimatorSpec, reason: str, compared_at: int | None, material: Material) -> Choice:
    """A choice that nothing was compared for, with how well it does if that is asked."""
    judged = material.judge(spec) if material.folds is not None else None
    return Choice(spec=spec, reason=reason, compared_at=compared_at, judged=judged)
