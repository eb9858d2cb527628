"""Curves of the experiments, as pictures."""

from collections.abc import Mapping
from pathlib import Path

from benchmarks import plots
from benchmarks.curves import Curve
from benchmarks.selection.units import Found, Unit

MEASURES = ("accuracy", "f1")


def save(found: Mapping[Unit, Found], folder: Path) -> list[Path]:
    """Draw each data set of an experiment that has curves of several labels; answer the files."""
    groups: dict[tuple[str, str], dict[str, list[Curve]]] = {}
    for unit, each in sorted(found.items()):
        measure = next((name for name in MEASURES if name in each), None)
        if measure is None or len(each["labels"]) < 2:
            continue
        curve = Curve(arm=unit.arm, seed=unit.seed, labels=each["labels"], accuracies=each[measure])
        arms = groups.setdefault((unit.experiment, unit.data), {})
        arms.setdefault(unit.arm, []).append(curve)
    written = []
    for (experiment, name), arms in groups.items():
        path = folder / f"{experiment}-{name.replace('/', '-').replace(':', '-')}.png"
        plots.save_png(arms, path, title=f"{name} ({experiment})")
        written.append(path)
    return written
