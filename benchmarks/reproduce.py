"""Reproduce published areas under the learning curve through the HTTP loop, to five digits.

Each label is posted, and the next one asked for, as a client would. Takes the folder that holds
`heart.txt.gz` and `sonar.txt.gz` in LIBSVM's format.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table as Rows

from benchmarks import curves, lessons, machine, protocol
from benchmarks.client import Address, Client, Refused
from benchmarks.lessons import Lesson
from benchmarks.protocol import DIGITS, INITIAL, PUBLISHED, Split, Table

FAILED = 1
CANNOT = 2
PLAIN = {
    "strategy": "margin",
    "estimator": {"name": "svm_rbf", "C": 1.0, "gamma": "auto"},
    **lessons.EVERY_LABEL,
}
"""Nothing but the strategy, on every label: as published."""

Case = tuple[str, int]


@dataclass(frozen=True, kw_only=True)
class Result:
    """One published figure beside ours; no figure where the protocol skips the seed."""

    data: str
    seed: int
    published: float
    here: float | None
    queries: int
    seconds: float

    @property
    def is_same(self) -> bool:
        """Whether the two agree in every published digit."""
        return self.here is not None and protocol.is_published(self.here, self.published)


def main(argv: Sequence[str]) -> int:
    """Reproduce the figures; answer the exit code: 1 if one differs."""
    given = _parser().parse_args(argv)
    console = Console()
    cases = list(PUBLISHED) if given.only is None else [given.only]
    try:
        with _service(given) as address, Client(address) as client:
            results = _replay_all(client, console, Path(given.data), cases)
    except (Refused, httpx.HTTPError, OSError) as error:
        console.print(f"Not reproduced: {error}", style="red", markup=False)
        return CANNOT
    _show(results, console, Path(given.out))
    return 0 if all(result.is_same for result in results) else FAILED


def replay(
    client: Client, table: Table, given: Split, *, name: str, seed: int = 0
) -> Iterator[float]:
    """Label the pool to its end, one item at a time; give the accuracy after each query.

    Args:
        seed: of the project, by which items of one score are put in order.

    Raises:
        Refused: the service did not do what was asked, or has not seen a label.
    """
    lesson = Lesson(
        seed=seed, vectors=table.rows, truth=table.classes, pool=given.train, test=given.test
    )
    taught = lessons.teach(
        client,
        lesson,
        {"name": name, **PLAIN},
        batch=1,
        labels=len(given.train),
        start=INITIAL,
    )
    for point in lessons.all_seen(taught):
        if point.accuracy is None:
            raise Refused(f"there is no version after {point.labels} labels")
        if point.labels > INITIAL:
            yield point.accuracy


def _replay_all(
    client: Client, console: Console, data: Path, cases: Sequence[Case]
) -> list[Result]:
    results = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        for name, seed in cases:
            table = protocol.read(data / f"{name}.txt.gz")
            given = protocol.split(len(table.classes), seed)
            queries = len(given.train) - INITIAL
            accuracies: list[float] = []
            began = time.monotonic()
            if protocol.can_start(table, given):
                about = f"reproduce: {name}, seed {seed}"
                asked = replay(client, table, given, name=about)
                accuracies += progress.track(asked, total=queries, description=about)
            result = Result(
                data=name,
                seed=seed,
                published=PUBLISHED[name, seed],
                here=curves.area(accuracies) if accuracies else None,
                queries=len(accuracies),
                seconds=round(time.monotonic() - began, 1),
            )
            results.append(result)
    return results


def _show(results: Sequence[Result], console: Console, out: Path) -> None:
    table = Rows(title="Area under the accuracies after each query")
    for heading in ("data", "seed", "queries", "published", "here", "difference", "seconds"):
        table.add_column(heading, justify="left" if heading == "data" else "right")
    for each in results:
        shown = "skipped" if each.here is None else f"{each.here:.{DIGITS}f}"
        off = "" if each.here is None else f"{each.here - each.published:+.{DIGITS + 1}f}"
        row = (each.data, each.seed, each.queries, f"{each.published:.{DIGITS}f}", shown, off)
        table.add_row(*map(str, row), f"{each.seconds:.0f}")
    console.print(table)
    same = sum(each.is_same for each in results)
    console.print(f"{same} of {len(results)} agree in {DIGITS} digits.", highlight=False)
    out.mkdir(parents=True, exist_ok=True)
    written = [asdict(each) | {"is_same": each.is_same} for each in results]
    (out / "reproduce.json").write_text(json.dumps(written, indent=1))
    console.print(f"Numbers: {out}/reproduce.json", highlight=False)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reproduce", description=__doc__)
    parser.add_argument("data", help="folder of the data sets")
    parser.add_argument("--only", type=_case, help="one of them, such as heart:0")
    parser.add_argument("--url", help="a running service; default: one of our own")
    parser.add_argument("--key", help="its key; default: $DATA_DIR/admin.key")
    parser.add_argument("--out", default=".demo", help="folder of the results; default: .demo")
    return parser


def _case(text: str) -> Case:
    name, _, seed = text.partition(":")
    known = ", ".join(f"{data}:{number}" for data, number in PUBLISHED)
    if not seed.isdigit() or (name, int(seed)) not in PUBLISHED:
        raise argparse.ArgumentTypeError(f"must be one of {known}")
    return name, int(seed)


@contextmanager
def _service(given: argparse.Namespace) -> Iterator[Address]:
    key = given.key or machine.key_of(os.environ)
    if given.url and key is None:
        raise Refused("give --key or DATA_DIR with --url")
    if given.url and key:
        yield Address(url=given.url.rstrip("/"), key=key)
        return
    with machine.own() as address:
        yield address


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
