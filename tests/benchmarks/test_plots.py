"""Plots of two groups of curves."""

from pathlib import Path

from benchmarks import plots
from benchmarks.curves import Curve


def arms() -> plots.Arms:
    return {
        name: [
            Curve(arm=name, seed=0, labels=[10, 20, 30], accuracies=[low, 0.8, 0.9]),
            Curve(arm=name, seed=1, labels=[20, 30], accuracies=[0.6, 0.7]),
        ]
        for name, low in (("service", 0.5), ("random", 0.4))
    }


def test_the_mean_is_taken_where_every_seed_was_measured() -> None:
    labels, means = plots.mean_curve(arms()["service"])

    assert labels == [20, 30]
    assert [round(mean, 3) for mean in means] == [0.7, 0.8]


def test_the_terminal_shows_both_arms_within_its_width() -> None:
    drawn = plots.in_terminal(arms(), width=70)

    assert "service" in drawn
    assert "random" in drawn
    assert max(map(len, drawn.splitlines())) <= 70
    assert "\x1b" not in drawn


def test_a_png_is_written(tmp_path: Path) -> None:
    plots.save_png(arms(), tmp_path / "plot.png", title="digits")

    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")
