"""`make bench-honesty`: run the experiments, show their tables, write them as JSON."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.table import Table

from benchmarks import names
from benchmarks.bench import load
from benchmarks.bench.site import ROOT
from benchmarks.honesty import (
    annotators,
    audit_cost,
    blind_region,
    early_stop,
    intervals,
    saved,
    stopping,
)
from benchmarks.honesty.site import Site
from benchmarks.selection.rows import Row

EXPERIMENTS: Mapping[str, Callable[[Site], list[Row]]] = {
    "intervals": intervals.run,
    "audit_cost": audit_cost.run,
    "blind_region": blind_region.run,
    "saved": saved.run,
    "stopping": stopping.run,
    "early_stop": early_stop.run,
    "annotators": annotators.run,
}
OUT = ROOT / "benchmarks" / "honesty-results"
MISSED = 1
WIDTH = 150


def main(argv: Sequence[str]) -> int:
    """Run what was asked for; answer the exit code: 1 if a target is missed."""
    given = _parser().parse_args(argv)
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    site = Site(
        folder=given.folder,
        replays=given.replays,
        say=lambda words: console.print(words, highlight=False),
    )
    missed = False
    for name in given.only or EXPERIMENTS:
        began = perf_counter()
        rows = EXPERIMENTS[name](site)
        seconds = perf_counter() - began
        console.print(_table(name, rows, seconds))
        _keep(given.out, name, rows, seconds)
        missed |= any(row.is_reached is False for row in rows)
    return MISSED if missed else 0


def _keep(out: Path, name: str, rows: Sequence[Row], seconds: float) -> None:
    """Write a table beside those of other experiments."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / "tables.json"
    before = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(
        json.dumps(
            before
            | {
                name: {
                    "rows": [asdict(row) for row in rows],
                    "seconds": round(seconds, 1),
                    "commit": load.commit(),
                    "at": datetime.now(UTC).isoformat(timespec="seconds"),
                    "machine": load.description(),
                }
            },
            indent=1,
        )
        + "\n"
    )


def _table(name: str, rows: Sequence[Row], seconds: float) -> Table:
    table = Table(title=f"{name} ({seconds:.0f} s)")
    for heading in ("what", "here", "replays", "target", "reached", "note"):
        table.add_column(heading, justify="right" if heading == "here" else "left")
    for row in rows:
        target = "" if row.reference is None else f"{row.reference_of} {row.reference:g}"
        reached = {True: "yes", False: "NO", None: ""}[row.is_reached]
        table.add_row(row.what, f"{row.value:.4f}", str(row.seeds), target, reached, row.note)
    return table


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.honesty", description=__doc__)
    parser.add_argument("folder", type=Path, help="the data sets")
    parser.add_argument("--only", type=names.some_of(EXPERIMENTS), default=[], metavar="NAME,...")
    parser.add_argument("--replays", type=int, help="at most so many; default: what targets need")
    parser.add_argument("--out", type=Path, default=OUT, help="where tables.json is written")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
