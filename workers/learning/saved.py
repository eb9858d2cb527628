"""Labels that random choice would have needed for the accuracy of a version.

Versions are fitted on random parts of the labels that chance has chosen, and judged on the rest;
a power law through their errors says at how many labels it meets the error of the version.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from workers.learning import estimators, powers
from workers.learning.arrays import Flags, Floats, Ints, Matrix
from workers.learning.fitted import outputs
from workers.learning.powers import Power
from workers.learning.scaling import Moments
from workers.learning.specs import EstimatorSpec

LEAST_RANDOM = 100
"""Labels chosen by chance before a curve is fitted."""
DRAWS, SIZES, FEWEST, LARGEST_PART = 4, 5, 20, 0.75
FURTHEST, SURELY = 8.0, 2.0
"""Times the largest number of labels measured: farther out a curve says nothing; to where it is
followed when labels are promised."""
_REDRAWN = 300
_RANGE = (0.05, 0.95)


@dataclass(frozen=True, kw_only=True, eq=False)
class Trial:
    """A version fitted on some of n items that chance has chosen."""

    labels: int
    tested: Flags
    """Items that it is judged on, bool[n]."""
    right: Flags


@dataclass(frozen=True, kw_only=True)
class Needed:
    """Labels that random choice would have needed: a range, or why it cannot be told."""

    low: int | None = None
    high: int | None = None
    """None where the version is better than the curve can show: there is no upper end."""
    detail: str | None = None


def trials(
    spec: EstimatorSpec,
    features: Matrix,
    labels: Ints,
    judges: Flags,
    *,
    classes: int,
    moments: Moments,
    rng: np.random.Generator,
) -> list[Trial]:
    """Fit on random parts of growing size.

    Args:
        spec: the estimator, with its parameters.
        features: raw rows of items that chance has chosen, float32[n, d] or CSR.
        labels: int64[n].
        judges: which items may judge: those drawn uniformly, bool[n].
    """
    count, found = len(labels), []
    for size in np.unique(np.geomspace(FEWEST, LARGEST_PART * count, SIZES).round().astype(int)):
        order = rng.permutation(count)
        for draw in range(DRAWS):
            # Each begins elsewhere in one order, so that all items are judged about as often.
            taught = np.sort(np.roll(order, -draw * count // DRAWS)[:size])
            if len(np.unique(labels[taught])) < 2:
                continue
            fitted = estimators.fit(
                spec,
                features[taught],
                labels[taught],
                classes=classes,
                moments=moments,
                rng=rng,
                cross_validate=False,
            )
            tested = judges.copy()
            tested[taught] = False
            right = np.zeros(count, dtype=bool)
            rest = np.flatnonzero(tested)
            if len(rest):
                right[rest] = outputs(fitted, features[rest]).label == labels[rest]
                found.append(Trial(labels=int(size), tested=tested, right=right))
    return found


def needed(
    tried: Sequence[Trial], judges: Flags, right: Flags, *, used: int, rng: np.random.Generator
) -> Needed:
    """Range of the labels at which the random curve meets the version, by a bootstrap of the rows.

    It is withheld where the curve is so flat there, or at its end if it does not go as far, that a
    doubling of the labels gains less than one standard error of the audit; and where there is no
    upper end, and the lower one is below what the version used.

    Args:
        judges: which of the n items were drawn uniformly, bool[n].
        right: of these, whether the version is right, bool[n].
        used: labels that the version was trained on.
    """
    sizes = {trial.labels for trial in tried}
    if len(sizes) < 3:
        return Needed(detail="too few labels chosen by chance to draw a curve of them")
    even = judges.astype(np.float64)
    curve, error = _curve(tried, even), _error(even, right)
    labels, count, largest = curve.labels_for(error), float(even.sum()), max(sizes)
    spread = np.sqrt(max(error * (1 - error), 1 / count) / count)
    if curve.gain(labels if labels <= FURTHEST * largest else largest / 2) < spread:
        return Needed(
            detail="not estimable: accuracy is flat there, and a doubling of the labels gains "
            "less than the audit can measure"
        )
    where, found = np.flatnonzero(judges), [labels]
    for _ in range(_REDRAWN):
        weights = np.bincount(rng.choice(where, len(where)), minlength=len(judges)).astype(float)
        drawn = [tried[each] for each in rng.integers(len(tried), size=len(tried))]
        if len({trial.labels for trial in drawn}) >= 3:
            found.append(_curve(drawn, weights).labels_for(_error(weights, right)))
    low, high = np.quantile(found, _RANGE, method="nearest")
    low = min(low, SURELY * largest)
    if high <= FURTHEST * largest:
        return Needed(low=round(float(low)), high=round(float(high)))
    if low <= used:
        return Needed(detail=f"the model is better than {largest} random labels can show")
    return Needed(low=round(float(low)))


def _curve(tried: Sequence[Trial], weights: Floats) -> Power:
    """The power law through the errors of trials, each by the weights of the items it missed.

    Larger trials count more, in proportion: the curve is read at its end and beyond, and where it
    is flat at first and then steep, as on texts, one that goes by its beginning falls too slowly.
    Ranges that held the truth, of those shown in 96 replays on eight sets: .69 with weights by the
    items judged, .85 to .88 so.
    """
    known = [trial for trial in tried if weights[trial.tested].sum() > 0]
    tested = np.array([weights[trial.tested].sum() for trial in known])
    right = np.array([weights[trial.right].sum() for trial in known])
    sizes = np.array([trial.labels for trial in known], dtype=np.float64)
    return powers.fit(sizes, 1 - right / tested, sizes)


def _error(weights: Floats, right: Flags) -> float:
    return float(1 - weights[right].sum() / weights.sum())
