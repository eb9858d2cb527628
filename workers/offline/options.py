"""What can be said to `python -m workers.offline` on the command line."""

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from service.config import cores
from service.domain import simulations as rules
from service.domain.catalogue import Estimator, GoalType, Strategy
from service.domain.simulations import Asked
from workers.learning.specs import EstimatorSpec
from workers.offline.reading import FORMATS


def parse(argv: Sequence[str], *, about: str | None) -> argparse.Namespace:
    """Read the words of a command."""
    parser = argparse.ArgumentParser(
        prog="python -m workers.offline",
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("data", type=Path, help=FORMATS)
    add = parser.add_argument
    add("--label", default="label", help="field or column of the labels; default: %(default)s")
    add("--text", help="field or column of the texts, where there are other columns")
    add("--strategies", type=_strategies, default=("auto",), help="default: auto; random is added")
    add("--estimator", type=_estimator, default={"name": "auto"}, help="a name, or a JSON object")
    add("--positive", help="the class that is sought, which some strategies need to know")
    add("--seeds", type=_between(1, 100), default=5, help="default: %(default)s")
    add("--batch", type=_between(1, 1_000), default=10, help="labels a round; default: %(default)s")
    add("--labels", type=_between(1, 1_000_000), default=300, help="default: %(default)s")
    add("--test", type=_share, default=0.3, help="part held out; default: %(default)s")
    add("--targets", type=_targets, help="accuracies, such as 0.9,0.95")
    add("--processes", type=_between(1, 1_000), default=cores(), help="default: one for each core")
    add("--out", type=Path, help="file of the numbers, as JSON")
    return parser.parse_args(argv)


def asked(given: argparse.Namespace) -> Asked:
    """What is replayed."""
    return Asked(
        strategies=rules.with_baseline(given.strategies),
        estimator=given.estimator,
        seeds=given.seeds,
        batch_size=given.batch,
        labels=given.labels,
        test_share=given.test,
        targets=given.targets,
    )


def goal(given: argparse.Namespace) -> dict[str, Any] | None:
    """A goal as a project has it, where a class is sought."""
    if given.positive is None:
        return None
    return {"type": str(GoalType.ACCURACY), "positive": given.positive}


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
