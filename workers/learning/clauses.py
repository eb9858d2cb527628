"""Conditions for stopping, each with whether it holds in words that need no statistician."""

from dataclasses import dataclass

from workers.learning import estimates, recall
from workers.learning.estimates import LEAST_LABELS
from workers.learning.extrapolation import Gain
from workers.learning.stability import ENOUGH, WINDOW, Stability

LARGE_REGION = 0.02
"""Part of the pool from which on a region without labels speaks against stopping."""
_ERROR = 0.05


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One condition, whether it holds, and why in words."""

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """How far a curve is followed, and which gain is little there."""

    words: str
    share: float
    """Of the labels that there are now."""
    little: float
    """Accuracy."""


A_TENTH = Ahead(words="A tenth more labels", share=0.1, little=0.005)
TWICE = Ahead(words="Twice the labels", share=1.0, little=0.01)
"""As far as a curve can be followed. Where a target is asked for, half a point of a tenth more is
no reason to stop: of digits with 200 labels, twice as many give two points more."""


@dataclass(frozen=True, kw_only=True)
class Audited:
    """Audit labels of the version in use: how many, and how many of them it is right about."""

    labels: int
    right: int
    unanswerable: int = 0
    """Audited items that people could not label: the bound counts them as wrong."""


def predictions_stable(stability: Stability) -> Clause:
    """Whether successive models say the same."""
    name, mean = "predictions_stable", stability.mean
    if mean is None:
        count = len(stability.kappas)
        return Clause(
            name=name,
            passed=False,
            detail=f"Successive models were compared {count} of {WINDOW} times so far.",
        )
    verb = "hardly change" if stability.is_reached else "still change"
    detail = (
        f"Predictions {verb} from model to model: the last {WINDOW} agree to {mean:.3f} "
        f"beyond chance (Cohen's kappa; {ENOUGH} is enough)."
    )
    return Clause(name=name, passed=stability.is_reached, detail=detail)


def audit_target(audited: Audited | None, target: float) -> Clause:
    """Whether audit labels show that a target accuracy is reached."""
    name = "audit_target"
    low = lower_bound(audited) if audited else None
    if audited is None or low is None:
        there = audited.labels if audited else 0
        detail = f"{there} of {LEAST_LABELS} audit labels are there that a first look needs."
        return Clause(name=name, passed=False, detail=detail)
    share, count = audited.right / audited.labels, audited.unanswerable
    unlabelled = f"with {count} more, which nobody could label, counted as wrong, " if count else ""
    detail = (
        f"{audited.right} of {audited.labels} audit labels are predicted right ({share:.1%}); "
        f"{unlabelled}it is safe to say {low:.1%}, and the target is {target:.1%}."
    )
    return Clause(name=name, passed=low >= target, detail=detail)


def ahead(target: float | None) -> Ahead:
    """How far to look for what more labels give, with a target and without."""
    return A_TENTH if target is None else TWICE


def predicted_gain(gain: Gain | None, target: float | None) -> Clause:
    """Whether more labels, as many as `ahead` looks for, would change next to nothing."""
    name, far = "predicted_gain", ahead(target)
    if gain is None:
        detail = "Not known yet: it needs five models, and fifty audit labels to judge them by."
        return Clause(name=name, passed=False, detail=detail)
    detail = (
        f"{far.words} should add {100 * max(0.0, gain.expected):.1f} points of accuracy, "
        f"and hardly more than {100 * max(0.0, gain.high):.1f}; less than "
        f"{100 * far.little:.1f} is little."
    )
    return Clause(name=name, passed=gain.high < far.little, detail=detail)


def no_uncovered_region(uncovered: float | None) -> Clause:
    """Whether every large region of the pool has labels; see `stopping.Learned.uncovered`."""
    name = "no_uncovered_region"
    if uncovered is None:
        return Clause(name=name, passed=False, detail="The pool is not cut into regions yet.")
    if uncovered > LARGE_REGION:
        detail = f"A region with {uncovered:.1%} of the pool has next to no labels."
        return Clause(name=name, passed=False, detail=detail)
    detail = f"No region with more than {LARGE_REGION:.0%} of the pool is without labels."
    return Clause(name=name, passed=True, detail=detail)


def sampled_positives(*, sampled: int, reached: int, target: float) -> Clause:
    """Whether the run came to enough of the positives that a random sample has shown."""
    name = "sampled_positives"
    wanted = recall.needed(sampled, target=target)
    if wanted is None:
        least = recall.least_sample(target=target)
        if least is None:
            detail = "That nothing at all is missed can be shown by no sample."
            return Clause(name=name, passed=False, detail=detail)
        detail = (
            f"A random sample has shown {sampled} of what you seek; this test needs "
            f"{least} for a target of {100 * target:g}%."
        )
        return Clause(name=name, passed=False, detail=detail)
    detail = (
        f"Of {sampled} that a random sample has shown, the search came to {reached} "
        f"by itself; {wanted} are enough."
    )
    return Clause(name=name, passed=reached >= wanted, detail=detail)


def hypergeometric(p_value: float, target: float) -> Clause:
    """Whether the last items would be improbable if the target were missed."""
    chance = "less than 0.1 %" if p_value < 0.001 else f"{p_value:.1%}"
    detail = (
        f"If less than {100 * target:g}% were found, the last items would look like this in "
        f"{chance} of all searches; below {_ERROR:.0%} the target counts as reached."
    )
    return Clause(name="hypergeometric", passed=p_value < _ERROR, detail=detail)


def lower_bound(audited: Audited) -> float | None:
    """Accuracy that is reached, by looks at 50, 100, 200, … labels.

    Said wrongly in 5 of 100 projects at most: look k may err in 5 % / k(k + 1) of them (exact,
    Clopper & Pearson 1934). Who looks after every
    label in between is told so wrongly in up to 8 of 100 (simulated, of an accuracy just below).
    None before the first look.

    >>> lower_bound(Audited(labels=49, right=49)), lower_bound(Audited(labels=50, right=0))
    (None, 0.0)
    >>> round(lower_bound(Audited(labels=50, right=50)), 4)
    0.9289
    """
    number, confidence = estimates.at_look(audited.labels)
    if not number:
        return None
    judged = audited.labels + audited.unanswerable
    # An interval leaves its error to both sides, a bound all of it to one.
    low, _ = estimates.clopper_pearson(audited.right / judged, judged, 2 * (1 - confidence))
    return low
