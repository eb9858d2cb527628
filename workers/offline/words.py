"""What `make simulate` shows at its end: accuracies, areas, labels saved."""

from collections.abc import Iterator, Sequence

from rich.table import Table

from workers.learning.comparisons import Arm, Outcome, Point
from workers.learning.intervals import Interval

ROWS = 10
"""Rows of the table of accuracies, about."""


def accuracies(arms: Sequence[Arm], *, seeds: int) -> Table:
    """Mean accuracy of each strategy with its interval, at some numbers of labels."""
    title = f"Accuracy, mean of {seeds} seeds ± 95 %"
    table = Table(title=title)
    for heading in ("labels", *(arm.strategy for arm in arms)):
        table.add_column(heading, justify="right")
    common = sorted(set.intersection(*({point.labels for point in arm.curve} for arm in arms)))
    step = max(1, (len(common) - 1) // ROWS)
    for labels in reversed(common[:0:-step]):
        points = [next(each for each in arm.curve if each.labels == labels) for arm in arms]
        table.add_row(str(labels), *map(_accuracy, points))
    return table


def areas(arms: Sequence[Arm]) -> Table:
    """Area under each curve, and how much more that is than random choice has."""
    table = Table(title="Area under the curve: mean accuracy over all numbers of labels")
    for heading in ("strategy", "area", "more than random"):
        table.add_column(heading, justify="left" if heading == "strategy" else "right")
    for arm in arms:
        over = arm.area_over_baseline
        table.add_row(arm.strategy, _shown(arm.area), "" if over is None else _shown(over, "+"))
    return table


def saved(arms: Sequence[Arm]) -> Iterator[str]:
    """Labels saved by each strategy at each target, in sentences."""
    for arm in arms:
        for each in arm.labels_saved:
            share = (
                ""
                if each.share is None
                else f" ({100 * each.share:.0f} % of what random ends with)"
            )
            yield f"{arm.strategy}{share}: {each.detail}"


def ending(found: Outcome, seconds: float) -> str:
    """What the figures are of."""
    return f"{found.judged} items were held out. {found.detail} {seconds:.0f} s."


def _accuracy(point: Point) -> str:
    if point.low is None or point.high is None:
        return f"{point.accuracy:.3f}"
    half = max(point.accuracy - point.low, point.high - point.accuracy)
    return f"{point.accuracy:.3f} ± {half:.3f}"


def _shown(value: Interval, sign: str = "") -> str:
    if value.low is None or value.high is None:
        return f"{value.mean:{sign}.3f}"
    return f"{value.mean:{sign}.3f} ({value.low:{sign}.3f} to {value.high:{sign}.3f})"
