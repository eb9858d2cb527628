"""Watch a simulated expert teach the service handwritten digits, beside random choice.

Both arms get the same pools, the same expert and the same estimator, over the same seeds, and are
judged on the same test sets, which are never registered. `service` is `strategy: auto` with the
default shares: a tenth of its labels are audit labels, which do not train, and they are counted as
its cost. `random` asks for items by chance and trains on every label.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import httpx
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks import expert, machine, plots, tables
from benchmarks.client import Address, Client, Refused
from benchmarks.plots import Arms

FAILED = 1


def main(argv: Sequence[str]) -> int:
    """Run the demonstration; answer the exit code."""
    given = _parser().parse_args(argv)
    console = Console()
    try:
        with _service(given, os.environ, console) as address, Client(address) as client:
            began = time.monotonic()
            arms = _teach(client, console, seeds=given.seeds, labels=given.labels)
            seconds = time.monotonic() - began
    except KeyboardInterrupt:
        console.print("Stopped.")
        return FAILED
    except (Refused, httpx.HTTPError) as error:
        console.print(f"The demonstration ended early: {error}", style="red", markup=False)
        return FAILED
    _show(arms, console, Path(given.out), labels=given.labels, seconds=seconds)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.demo",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--url", default=os.environ.get("URL"), help="a running service")
    parser.add_argument("--key", help="a manager's key; default: $DATA_DIR/admin.key")
    parser.add_argument("--seeds", type=_between(1, 20), default=3, help="default: %(default)s")
    parser.add_argument(
        "--labels", type=_between(30, expert.POOL), default=300, help="default: %(default)s"
    )
    parser.add_argument("--out", default=".demo", help="folder of the results; default: .demo")
    return parser


def _between(least: int, most: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(f"must be from {least} to {most}")
        return int(text)

    return number


@contextmanager
def _service(
    given: argparse.Namespace, environ: Mapping[str, str], console: Console
) -> Iterator[Address]:
    """The service that is named or runs here, else one of our own."""
    url = str(given.url or f"http://127.0.0.1:{environ.get('PORT') or 8000}").rstrip("/")
    key = given.key or machine.key_of(environ)
    if machine.answers(url):
        if key is None:
            raise Refused(f"{url} answers, but its key is not known: give --key or DATA_DIR")
        console.print(f"Using the service at {url}.", highlight=False)
        yield Address(url=url, key=key)
    elif given.url:
        raise Refused(f"no service is ready at {url}")
    else:
        console.print(f"No service is ready at {url}; starting one.", highlight=False)
        with machine.own() as address:
            yield address


def _teach(client: Client, console: Console, *, seeds: int, labels: int) -> Arms:
    """Teach every seed in both arms, with a progress bar."""
    arms: Arms = {arm: [] for arm in expert.ARMS}
    columns = ("{task.description}", BarColumn(), "{task.completed:.0f}/{task.total:.0f} labels")
    shown = [TextColumn(each) if isinstance(each, str) else each for each in columns]
    with Progress(*shown, TimeElapsedColumn(), console=console) as progress:
        task = progress.add_task("", total=seeds * len(arms) * labels)
        for seed in range(seeds):
            given = expert.lesson(seed)
            for arm in arms:
                done = progress.tasks[0].completed

                def tell(
                    count: int, accuracy: float, *, s: int = seed, a: str = arm, d: float = done
                ) -> None:
                    about = f"seed {s}  {a:8} {count:3} labels  accuracy {accuracy:.3f}"
                    progress.update(task, completed=d + count, description=about)

                curve = expert.teach(client, given, arm, labels=labels, tell=tell)
                arms[arm].append(curve)
                progress.console.print(tables.line(curve), highlight=False)
    return arms


def _show(arms: Arms, console: Console, out: Path, *, labels: int, seconds: float) -> None:
    ours, others = arms[expert.SERVICE], arms[expert.RANDOM]
    savings = tables.savings(ours, others, labels=labels)
    console.print(tables.accuracies(ours, others))
    drawn = plots.in_terminal(arms, width=min(console.width, 78))
    console.print(drawn, highlight=False, markup=False, soft_wrap=True)
    console.print(tables.saved(savings))
    console.print(tables.verdict(savings), highlight=False)
    out.mkdir(parents=True, exist_ok=True)
    plots.save_png(arms, out / "digits.png", title="Handwritten digits, 10 classes")
    results = {
        "curves": [asdict(curve) for curves in arms.values() for curve in curves],
        "saved": [asdict(each) | {"shares": each.shares} for each in savings],
        "seconds": round(seconds, 1),
    }
    (out / "digits.json").write_text(json.dumps(results, indent=1))
    console.print(f"{seconds:.0f} s. Plot and numbers: {out}/digits.png, {out}/digits.json")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
