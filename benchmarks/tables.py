"""What the demonstration says at its end: accuracies, labels saved, and how sure that is."""

from collections.abc import Sequence
from statistics import fmean

from rich.table import Table

from benchmarks.curves import Curve, Saving, saving
from benchmarks.plots import mean_curve

ROWS = 10
"""Rows of the table of accuracies."""

LEVELS = (1 / 3, 2 / 3, 1.0)
"""Shares of the labels at which random choice is matched."""


def line(curve: Curve) -> str:
    """One curve in one line: every fifth measurement."""
    points = list(zip(curve.labels, curve.accuracies, strict=True))[4::5]
    measured = "  ".join(f"{labels}: {accuracy:.3f}" for labels, accuracy in points)
    return f"seed {curve.seed}  {curve.arm:8} {measured}"


def accuracies(ours: Sequence[Curve], others: Sequence[Curve]) -> Table:
    """Mean accuracy of both arms, with the lowest and the highest seed."""
    table = Table(title=f"Accuracy on the test set, mean of {len(ours)} seeds (lowest to highest)")
    for heading in ("labels", ours[0].arm, others[0].arm, "difference"):
        table.add_column(heading, justify="right")
    labels = sorted(set(mean_curve(ours)[0]) & set(mean_curve(others)[0]))
    step = max(1, len(labels) // ROWS)
    for count in labels[step - 1 :: step]:
        here, there = _at(ours, count), _at(others, count)
        difference = f"{fmean(here) - fmean(there):+.3f}"
        table.add_row(str(count), _spread(here), _spread(there), difference)
    return table


def savings(ours: Sequence[Curve], others: Sequence[Curve], *, labels: int) -> list[Saving]:
    """Labels saved against random choice with a third, two thirds and all of its labels."""
    measured = sorted(set.intersection(*(set(curve.labels) for curve in others)))
    levels = [max((n for n in measured if n <= share * labels), default=0) for share in LEVELS]
    found = [saving(ours, others, level) for level in levels]
    return [each for each in found if each is not None]


def saved(found: Sequence[Saving]) -> Table:
    """How many labels the service needs for what random choice reaches."""
    table = Table(title="Labels saved at equal accuracy (curves smoothed over three batches)")
    for heading in ("random's labels", "its accuracy", "service's, by seed", "saved"):
        table.add_column(heading, justify="right")
    for each in found:
        needed = "  ".join("not reached" if n is None else f"{n:.0f}" for n in each.needed)
        table.add_row(str(each.labels), f"{each.accuracy:.3f}", needed, _saved(each))
    return table


def verdict(found: Sequence[Saving]) -> str:
    """The last level in a sentence, with what cannot be told."""
    if not found:
        return "Labels saved: not told, since no version was measured with so few labels."
    last = found[-1]
    if not last.is_known:
        short = sum(each is None for each in last.needed)
        return (
            f"Labels saved: not told. In {short} of {len(last.needed)} seeds the service did not "
            f"reach, with as many labels, the accuracy that random choice has with {last.labels}."
        )
    if not last.is_clear:
        return (
            f"Labels saved: cannot be told from none at {last.labels} labels; "
            "the seeds disagree on which arm needs fewer."
        )
    needed = fmean(each for each in last.needed if each is not None)
    seeds = "One seed shows" if len(last.needed) == 1 else f"{len(last.needed)} seeds show"
    return (
        f"Random choice needs {last.labels} labels for an accuracy of {last.accuracy:.3f}; the "
        f"service needs {needed:.0f}, audit labels included: {_saved(last)} saved, a ratio of "
        f"{last.labels / needed:.1f}. {seeds} the direction, not the exact size."
    )


def _saved(each: Saving) -> str:
    if not each.is_known:
        return "not told"
    low, high = min(each.shares), max(each.shares)
    spread = "" if len(each.shares) == 1 else f" ({low:.0%} to {high:.0%})"
    unclear = "" if each.is_clear else ", unclear"
    return f"{fmean(each.shares):.0%}{spread}{unclear}"


def _at(curves: Sequence[Curve], labels: int) -> list[float]:
    return [curve.accuracies[curve.labels.index(labels)] for curve in curves]


def _spread(values: Sequence[float]) -> str:
    return f"{fmean(values):.3f} ({min(values):.3f} to {max(values):.3f})"
