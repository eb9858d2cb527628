"""Advice on when to stop labelling, which follows from named conditions."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from workers.learning import clauses as conditions
from workers.learning.clauses import Audited, Clause
from workers.learning.extrapolation import Gain
from workers.learning.recall import Total
from workers.learning.stability import Stability


class Word(StrEnum):
    """What is advised; it is never more than advice."""

    STOP = "stop"
    CONTINUE = "continue"


@dataclass(frozen=True, kw_only=True)
class Advice:
    """What to do, in a sentence, and the conditions that it follows from."""

    advice: Word
    detail: str
    clauses: list[Clause]


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What is known of a classifier whose accuracy matters; None is what is not known yet."""

    stability: Stability
    audited: Audited | None
    gain: Gain | None
    """As far as `clauses.ahead` looks."""
    uncovered: float | None
    """Share of the pool in the largest region without enough labels; 0 where there is none."""


@dataclass(frozen=True, kw_only=True)
class Searched:
    """What is known of a search for all items of a class."""

    sampled: int
    """Positives that a random sample has shown."""
    reached: int
    """Those of them that the run came to by itself."""
    p_value: float
    """Of the hypergeometric test."""
    total: Total | None


def on_accuracy(known: Learned, *, target: float | None) -> Advice:
    """Advise on a classifier: predictions are stable, there is little left to gain or the target
    is shown to be reached, and no large region is without labels.

    Args:
        target: accuracy in (0, 1) that the project asks for, if it has such a goal.
    """
    stable, gain = (
        conditions.predictions_stable(known.stability),
        conditions.predicted_gain(known.gain, target),
    )
    covered = conditions.no_uncovered_region(known.uncovered)
    reached = [] if target is None else [conditions.audit_target(known.audited, target)]
    worth = any(clause.passed for clause in (*reached, gain))
    is_enough = stable.passed and worth and covered.passed
    clauses = [stable, *reached, gain, covered]
    if not is_enough:
        missing = [stable, covered] if worth else [stable, gain, covered]
        return Advice(advice=Word.CONTINUE, detail=_go_on(missing), clauses=clauses)
    if reached and not reached[0].passed:
        detail = (
            "More labels would hardly help, but it is not shown that the target is reached: "
            "other features, another estimator or clearer classes may do more than labels."
        )
    else:
        detail = "You can stop: the model has settled, and more labels would change little."
    return Advice(advice=Word.STOP, detail=detail, clauses=clauses)


def on_recall(known: Searched, *, target: float) -> Advice:
    """Advise on a search: either test shows that the target is reached.

    Each is right in 95 of 100 searches by itself.
    """
    clauses = [
        conditions.sampled_positives(sampled=known.sampled, reached=known.reached, target=target),
        conditions.hypergeometric(known.p_value, target),
    ]
    found = words_of(known.total)
    if any(clause.passed for clause in clauses):
        detail = f"You can stop: at least {100 * target:g}% of what you seek is found. {found}"
        return Advice(advice=Word.STOP, detail=detail.strip(), clauses=clauses)
    detail = f"Go on: it is not shown yet that {100 * target:g}% of what you seek is found. {found}"
    return Advice(advice=Word.CONTINUE, detail=detail.strip(), clauses=clauses)


def words_of(total: Total | None) -> str:
    """Say how many were found of how many.

    >>> words_of(Total(found=96, total=103.2, low=97.6, high=117.4))
    'Found 96 of an estimated 103 (95 % CI 98-117).'
    """
    if total is None:
        return ""
    numbers = f"{total.total:.0f} (95 % CI {total.low:.0f}-{total.high:.0f})"
    return f"Found {total.found} of an estimated {numbers}."


def _go_on(clauses: Sequence[Clause]) -> str:
    reasons = [clause.detail for clause in clauses if not clause.passed]
    return " ".join(["Go on labelling.", *reasons])
