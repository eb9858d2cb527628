"""Shares of a population estimated from a random sample of it, with intervals.

Wilson (1927) is the default; Clopper and Pearson (1934) where counts are small. Peeking: an
interval is right for one look; `at_look` makes it right for all looks at doubled samples.
"""

from dataclasses import dataclass, replace
from math import ceil, inf, log2, sqrt

from scipy import special

from workers.learning.intervals import CONFIDENCE

WILSON, CLOPPER_PEARSON = "wilson", "clopper_pearson"
LEAST_LABELS = 50
"""Audit labels before any number is shown: those of the first look."""
FEW = 10
"""Right or wrong answers below which Wilson's approximation is not relied on."""
HALF_WIDTH = 0.025
"""Half of an interval that people find useful: 2.5 points."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A share, its interval, and how they were had."""

    value: float
    low: float
    high: float
    confidence: float
    method: str

    @property
    def half_width(self) -> float:
        """Half of the interval's length."""
        return (self.high - self.low) / 2


def share(
    right: int,
    answered: int,
    *,
    unanswerable: int = 0,
    population: float = inf,
    labels: float | None = None,
    confidence: float = CONFIDENCE,
) -> Estimate:
    """Estimate a share from a simple random sample.

    Items that nobody can answer bound it both ways: low if all of them are wrong, high if all
    are right.

    Args:
        right: answered items of which the thing is true.
        answered: items that were answered, at least one.
        unanswerable: items of the sample that cannot be answered.
        population: items that the sample was drawn from without replacement, where the share is
            that of these items; n (N - 1) / (N - n) labels then count for n. Infinite where it is
            that of the source that they come from.
        labels: how many labels the sample counts for, where that is known to be another number.

    >>> share(384, 412).method, round(share(384, 412).low, 3), round(share(384, 412).high, 3)
    ('wilson', 0.904, 0.953)
    >>> share(5, 5).method, share(5, 5).high
    ('clopper_pearson', 1.0)
    >>> share(40, 80, unanswerable=20).low < share(40, 100).high < share(60, 100).high
    True
    """
    drawn = answered + unanswerable
    counted = effective(drawn, population) if labels is None else labels
    low = _interval(right, drawn, counted, confidence)
    high = _interval(right + unanswerable, drawn, counted, confidence)
    return replace(low, value=right / answered, high=high.high)


def wilson(p: float, labels: float, z: float) -> tuple[float, float]:
    """Wilson's score interval of a share p seen on so many labels, which need not be whole.

    >>> [round(each, 4) for each in wilson(0.9, 100, 1.959964)]
    [0.8256, 0.9448]
    """
    centre = (p + z * z / (2 * labels)) / (1 + z * z / labels)
    half = z / (1 + z * z / labels) * sqrt(p * (1 - p) / labels + z * z / (4 * labels**2))
    return max(0.0, centre - half), min(1.0, centre + half)


def clopper_pearson(p: float, labels: float, alpha: float) -> tuple[float, float]:
    """The exact interval, which covers at least as often as it says.

    >>> [round(each, 4) for each in clopper_pearson(0.0, 300, 0.1)]
    [0.0, 0.0099]
    """
    right, wrong = p * labels, (1 - p) * labels
    low = float(special.betaincinv(right, wrong + 1, alpha / 2)) if right > 0 else 0.0
    high = float(special.betaincinv(right + 1, wrong, 1 - alpha / 2)) if wrong > 0 else 1.0
    return low, high


def effective(labels: int, population: float) -> float:
    """Labels drawn with replacement that tell as much of a finite population.

    >>> round(effective(400, 5_532), 1), effective(400, inf)
    (431.1, 400)
    """
    if population == inf:
        return labels
    if labels >= population:
        return inf
    return labels * (population - 1) / (population - labels)


def needed(value: float, half_width: float = HALF_WIDTH, confidence: float = CONFIDENCE) -> int:
    """Labels in all for an interval that reaches so far to each side.

    >>> needed(0.93), needed(0.93, 0.0125)
    (401, 1601)
    """
    return ceil(_z(confidence) ** 2 * value * (1 - value) / half_width**2)


def more_needed(found: Estimate, judged: int, *, unanswerable: int = 0) -> int:
    """Labels still needed until an interval of `share` reaches `HALF_WIDTH` to each side.

    Of a share near 0 or 1 the exact interval is wider than the usual formula has it.

    >>> more_needed(share(50, 50), 50), more_needed(share(400, 401), 401)
    (22, 0)
    """

    def is_wide(labels: int) -> bool:
        then = share(round(found.value * labels), labels, unanswerable=unanswerable)
        return then.half_width > HALF_WIDTH

    more = needed(found.value) - judged
    if more > 0 or found.half_width <= HALF_WIDTH:
        return max(0, more)
    few, enough = judged, 2 * judged
    while is_wide(enough):
        few, enough = enough, 2 * enough
    while enough - few > 1:
        middle = (few + enough) // 2
        few, enough = (middle, enough) if is_wide(middle) else (few, middle)
    return enough - judged


def at_look(labels: int, confidence: float = CONFIDENCE) -> tuple[int, float]:
    """Which look at doubled samples (50, 100, 200, …) this is, and the confidence it needs.

    Look k spends alpha / (k (k + 1)), so all looks together miss with at most alpha (Bonferroni).
    An interval for a rule that is looked at again and again is asked for with this confidence.

    >>> at_look(49)[0], at_look(50)[0], at_look(412)[0], round(at_look(412)[1], 4)
    (0, 1, 4, 0.9975)
    """
    if labels < LEAST_LABELS:
        return 0, confidence
    look = 1 + int(log2(labels / LEAST_LABELS))
    return look, 1 - (1 - confidence) / (look * (look + 1))


def _interval(right: int, drawn: int, counted: float, confidence: float) -> Estimate:
    p, is_small = right / drawn, min(right, drawn - right) < FEW
    if counted == inf:
        low, high = p, p
    elif is_small:
        low, high = clopper_pearson(p, counted, 1 - confidence)
    else:
        low, high = wilson(p, counted, _z(confidence))
    method = CLOPPER_PEARSON if is_small else WILSON
    return Estimate(value=p, low=low, high=high, confidence=confidence, method=method)


def _z(confidence: float) -> float:
    return float(special.ndtri((1 + confidence) / 2))
