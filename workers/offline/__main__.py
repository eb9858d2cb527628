"""See on labelled data of your own what each strategy would have saved, without a service.

The file holds an item a line: JSON lines with `text` or `vector` and `label`, or CSV with a header,
a column of labels and either one of texts or all others of numbers; or it is an .npz with X and y.
Lines may be packed with gzip.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from service.domain import simulations as rules
from service.domain.catalogue import InputType, Strategy
from service.domain.projects import problem_of_estimator, problem_of_goal, problem_of_strategy
from service.domain.simulations import Asked, Origin
from workers.learning import comparisons
from workers.learning.arrays import is_sparse
from workers.learning.curves import Curve
from workers.offline import formats, options, processes, words
from workers.offline.reading import Data, Unreadable

STOPPED, CANNOT = 1, 2


def main(argv: Sequence[str]) -> int:
    """Replay a file; answer the exit code."""
    given = options.parse(argv, about=__doc__)
    console, began = Console(), time.monotonic()
    asked = options.asked(given)
    try:
        data = _data(given, asked)
        console.print(_about(given.data, data), highlight=False)
        curves = _replayed(data, asked, console, given)
    except Unreadable as error:
        console.print(f"Not simulated: {error}", style="red", markup=False, highlight=False)
        return CANNOT
    except KeyboardInterrupt:
        console.print("Stopped.")
        return STOPPED
    except BrokenProcessPool:
        console.print("A process was ended from outside, perhaps for want of memory.", style="red")
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
    goal = options.goal(given)
    kind = InputType.TEXT if is_sparse(data.features) else InputType.VECTOR
    if about := problem_of_estimator(kind, asked.estimator["name"]):
        problem = f"the estimator {about}"
    if about := problem_of_goal(goal, data.classes):
        problem = f"the positive class {about}"
    for name in asked.strategies:
        problem = problem or problem_of_strategy(Strategy(name), goal, data.classes)
    if problem is not None:
        # As the word is here.
        raise Unreadable(f"{given.data}: {problem.replace('goal.positive', 'POSITIVE')}")
    return data


def _replayed(data: Data, asked: Asked, console: Console, given: argparse.Namespace) -> list[Curve]:
    count = given.processes
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        about = f"{len(asked.replays())} replays on {count} cores"
        task = progress.add_task(about, total=1.0)

        def told(share: float) -> None:
            progress.update(task, completed=share)

        return processes.run(data, asked, options.goal(given), processes=count, told=told)


def _about(path: Path, data: Data) -> str:
    rows, width = data.features.shape
    return f"{path}: {rows} labelled items of {len(data.classes)} classes, {width} features."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
