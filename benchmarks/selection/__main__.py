"""`make bench-selection`: run the experiments, show their tables, write JSON and plots."""

import argparse
import json
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import names
from benchmarks.bench import load
from benchmarks.bench.site import ROOT
from benchmarks.client import Refused
from benchmarks.interrupts import interruptible
from benchmarks.selection import http, pictures, serving, units
from benchmarks.selection.rows import Row
from benchmarks.selection.units import Done, Store, Unit

EXPERIMENTS = (
    "cold",
    "areas",
    "published",
    "defaults",
    "rare",
    "review",
    "matched",
    "noise",
    "http",
)
OUT = ROOT / "benchmarks" / "selection-results"
FAILED, STOPPED = 1, 130
WIDTH = 150


def main(argv: Sequence[str]) -> int:
    """Run what is not done yet; answer the exit code: 1 if something could not be done."""
    given = _parser().parse_args(argv)
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    given.out.mkdir(parents=True, exist_ok=True)
    store = Store(given.out / "units.jsonl")
    chosen = {name: _module(name) for name in given.only or EXPERIMENTS}
    wanted = [
        unit
        for module in chosen.values()
        for unit in module.units(min(given.seeds or module.SEEDS, 10_000))
        if not given.data or unit.data in given.data
    ]
    failures = 0
    left = sum(unit not in store for unit in wanted)
    doing = _do(wanted, store, given.folder, processes=given.processes)
    try:
        with interruptible(), closing(doing) as done:
            for number, (unit, problem) in enumerate(done, 1):
                failures += problem is not None
                line = f"{number:5} of {left}  {unit.key}  {problem or ''}"
                console.print(line, highlight=False, markup=False)
    except KeyboardInterrupt:
        console.print("Stopped; what was done is kept, and the next call goes on from there.")
        return STOPPED
    finally:
        _tell(console, chosen, store, wanted, given.out)
    return FAILED if failures else 0


def _do(
    wanted: Sequence[Unit], store: Store, folder: Path, *, processes: int
) -> Generator[Done, None, None]:
    """Do what needs no service; then what does, with one for each process while that takes."""
    yield from units.run(
        [unit for unit in wanted if not http.is_served(unit)], store, folder, processes=processes
    )
    served = [unit for unit in wanted if http.is_served(unit) and unit not in store]
    count = min(processes, len(served))
    try:
        with serving.services(count) as services:
            if services:
                yield from units.run(served, store, folder, processes=count, services=services)
    except Refused as error:
        yield from ((unit, str(error)) for unit in served)


def _tell(
    console: Console,
    chosen: Mapping[str, Any],
    store: Store,
    wanted: Sequence[Unit],
    out: Path,
) -> None:
    tables = {}
    for name, module in chosen.items():
        found = store.of([unit for unit in wanted if unit.experiment == name])
        rows: list[Row] = module.table(found)
        tables[name] = {
            "about": (module.__doc__ or "").splitlines()[0],
            "rows": [asdict(row) for row in rows],
            "units": len(found),
        }
        pictures.save(found, out)
        console.print(_table(name, (module.__doc__ or "").splitlines()[0], rows))
    about = {
        "commit": load.commit(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": load.description(),
    }
    path = out / "tables.json"
    before = json.loads(path.read_text())["tables"] if path.exists() else {}
    path.write_text(json.dumps({**about, "tables": before | tables}, indent=1) + "\n")


def _table(name: str, about: str, rows: Sequence[Row]) -> Table:
    table = Table(title=f"{name}: {about}")
    for heading in ("what", "here", "± s.e.", "seeds", "reference", "reached", "note"):
        table.add_column(heading, justify="right" if heading in ("here", "± s.e.") else "left")
    for row in rows:
        table.add_row(
            row.what,
            f"{row.value:.4f}",
            "" if row.error is None else f"{row.error:.4f}",
            str(row.seeds),
            "" if row.reference is None else f"{row.reference:.4f} {row.reference_of}",
            {True: "yes", False: "NO", None: ""}[row.is_reached],
            row.note,
        )
    return table


def _module(name: str) -> Any:
    return import_module(f"benchmarks.selection.{name}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.selection", description=__doc__)
    parser.add_argument("folder", type=Path, help="the data sets")
    parser.add_argument("--only", type=names.some_of(EXPERIMENTS), default=[], metavar="NAME,...")
    parser.add_argument("--data", type=lambda text: text.split(","), default=[])
    parser.add_argument("--seeds", type=int, help="of each experiment; default: its own number")
    parser.add_argument("--out", type=Path, default=OUT, help="units, tables and plots")
    parser.add_argument("--processes", type=int, default=2)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
