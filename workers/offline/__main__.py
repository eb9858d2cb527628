"""See on labelled data of your own what each strategy would have saved, without a service.

The file holds an item a line: JSON lines with `text` or `vector` and `label`, or CSV with a header,
a column of labels and either one of texts or all others of numbers; or it is an .npz with X and y.
Lines may be packed with gzip.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from service.config import cores
from service.domain import simulations as rules
from service.domain.catalogue import Estimator, Strategy
from service.domain.simulations import Asked, Origin
from workers.learning import comparisons
from workers.learning.curves import Curve
from workers.learning.specs import EstimatorSpec
from workers.offline import formats, processes, words
from workers.offline.reading import FORMATS, Data, Unreadable

STOPPED, CANNOT = 1, 2


def main(argv: Sequence[str]) -> int:
    """Replay a file; answer the exit code."""
    given = _parser().parse_args(argv)
    console, began = Console(), time.monotonic()
    asked = _asked(given)
    try:
        data = _data(given, asked)
        console.print(_about(given.data, data), highlight=False)
        curves = _replayed(data, asked, console, given.processes)
    except Unreadable as error:
        console.print(f"Not simulated: {error}", style="red", markup=False, highlight=False)
        return CANNOT
    except (KeyboardInterrupt, BrokenProcessPool):
        console.print("Stopped.")
        return STOPPED
    items = len(data.labels)
    found = comparisons.outcome(asked, Origin(items=items, reserved=0, registered=items), curves)
    console.print(words.accuracies(found.strategies, seeds=asked.seeds))
    console.print(words.areas(found.strategies))
    for line in words.saved(found.strategies):
        console.print(line, highlight=False)
    console.print(words.ending(found, time.monotonic() - began), highlight=False)
    if given.out is not None:
        answer = {"data": str(given.data), "asked": asdict(asked), **asdict(found)}
        given.out.write_text(json.dumps(answer, indent=1))
        console.print(f"Numbers: {given.out}", highlight=False)
    return 0


def _data(given: argparse.Namespace, asked: Asked) -> Data:
    data = formats.read(given.data, label=given.label, text=given.text)
    problem = rules.problem_of_labels(asked, items=len(data.labels), classes=len(data.classes))
    if problem is not None:
        raise Unreadable(f"{given.data}: {problem}")
    return data


def _replayed(data: Data, asked: Asked, console: Console, count: int) -> list[Curve]:
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        about = f"{len(asked.replays())} replays on {count} cores"
        task = progress.add_task(about, total=1.0)

        def told(share: float) -> None:
            progress.update(task, completed=share)

        return processes.run(data, asked, processes=count, told=told)


def _about(path: Path, data: Data) -> str:
    rows, width = data.features.shape
    return f"{path}: {rows} labelled items of {len(data.classes)} classes, {width} features."


def _asked(given: argparse.Namespace) -> Asked:
    return Asked(
        strategies=rules.with_baseline(given.strategies),
        estimator=given.estimator,
        seeds=given.seeds,
        batch_size=given.batch,
        labels=given.labels,
        test_share=given.test,
        targets=given.targets,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m workers.offline",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("data", type=Path, help=FORMATS)
    add = parser.add_argument
    add("--label", default="label", help="field or column of the labels; default: %(default)s")
    add("--text", help="field or column of the texts, where there are other columns")
    add("--strategies", type=_strategies, default=("auto",), help="default: auto; random is added")
    add("--estimator", type=_estimator, default={"name": "auto"}, help="a name, or a JSON object")
    add("--seeds", type=_between(1, 100), default=5, help="default: %(default)s")
    add("--batch", type=_between(1, 1_000), default=10, help="labels a round; default: %(default)s")
    add("--labels", type=_between(1, 1_000_000), default=300, help="default: %(default)s")
    add("--test", type=_share, default=0.3, help="part held out; default: %(default)s")
    add("--targets", type=_targets, help="accuracies, such as 0.9,0.95")
    add("--processes", type=_between(1, 1_000), default=cores(), help="default: one for each core")
    add("--out", type=Path, help="file of the numbers, as JSON")
    return parser


def _between(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isdecimal() and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"must be between {least} and {most}")
        return int(text)

    return read


def _share(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise argparse.ArgumentTypeError("must be a number between 0 and 1")
    return value


def _targets(text: str) -> tuple[float, ...]:
    return tuple(_share(each) for each in text.split(","))


def _strategies(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(text.split(",")))
    unknown = set(names) - set(Strategy)
    if unknown:
        known = ", ".join(Strategy)
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))} is none of: {known}")
    return names


def _estimator(text: str) -> dict[str, Any]:
    try:
        given = json.loads(text) if text.startswith("{") else {"name": text}
        parameters = {name: value for name, value in given.items() if name != "name"}
        if given.get("name") != Estimator.AUTO or parameters:
            EstimatorSpec(name=str(given.get("name")), parameters=parameters)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return dict(given)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
