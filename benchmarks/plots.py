"""Two groups of curves side by side: as a PNG, and drawn in the terminal."""

from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

import matplotlib as mpl
import plotext
from matplotlib.figure import Figure

from benchmarks.curves import Curve

Arms = dict[str, list[Curve]]

MARKERS = ("●", "○", "x", "+")


def mean_curve(curves: Sequence[Curve]) -> tuple[list[int], list[float]]:
    """Mean over the seeds at each number of labels that all of them have."""
    found = [dict(zip(curve.labels, curve.accuracies, strict=True)) for curve in curves]
    common = sorted(set.intersection(*(set(each) for each in found)))
    return common, [fmean(each[labels] for each in found) for labels in common]


def save_png(arms: Arms, path: Path, *, title: str) -> None:
    """Draw the mean of each arm over a thin line for each seed."""
    with mpl.rc_context({"font.size": 10}):
        figure = Figure(figsize=(7, 4.5), layout="constrained")
        axes = figure.add_subplot()
        for number, (arm, curves) in enumerate(arms.items()):
            colour = f"C{number}"
            for curve in curves:
                axes.plot(curve.labels, curve.accuracies, color=colour, alpha=0.25, linewidth=1)
            labels, means = mean_curve(curves)
            name = f"{arm}, mean of {len(curves)}"
            axes.plot(labels, means, color=colour, linewidth=2, label=name)
        axes.set(xlabel="labels given", ylabel="accuracy on the test set", title=title)
        axes.grid(alpha=0.3)
        axes.legend(loc="lower right")
        figure.savefig(path, dpi=150)


def in_terminal(arms: Arms, *, width: int = 78, height: int = 20) -> str:
    """Draw the mean of each arm in characters."""
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.plot_size(width, height)
    for marker, (arm, curves) in zip(MARKERS, arms.items(), strict=False):
        signal = figure.signal(*mean_curve(curves), marker=marker)
        signal.label(arm)
        figure.draw(signal)
    figure.label("labels given")
    figure.label("accuracy", "y")
    figure.legend(x=width - 24, y=height - 12)
    return str(figure.build().string(colorless=True)).rstrip()
