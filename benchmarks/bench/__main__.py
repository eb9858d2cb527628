"""`make bench`: run the measurements, show a table, write JSON."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from benchmarks import names
from benchmarks.bench import load, measurements, table
from benchmarks.bench.figures import Figure, Target
from benchmarks.bench.measurements import Measurement
from benchmarks.bench.site import ROOT, Site
from benchmarks.client import Refused
from benchmarks.interrupts import interruptible

LATEST = ROOT / "benchmarks" / "latest.json"
FAILED, STOPPED = 1, 130
WIDTH = 150


def main(argv: Sequence[str]) -> int:
    """Measure; answer the exit code: 1 if something could not be measured."""
    given = _parser().parse_args(argv)
    if given.markdown:
        found = json.loads(given.markdown.read_text())
        print(table.markdown(found["rows"], found["machine"]))
        return 0
    # Without a terminal there is nobody whose lines would be too long.
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    out = given.out or (LATEST if given.scale >= 1 else None)
    rows: list[dict[str, Any]] = []
    try:
        with (
            interruptible(),
            tempfile.TemporaryDirectory(prefix="bench-", dir=given.dir) as folder,
        ):
            site = Site(folder=Path(folder), scale=given.scale, say=_teller(console))
            for each in measurements.chosen(given.only):
                rows += _measure(each, site)
                _keep(rows, out, scale=given.scale)
    except KeyboardInterrupt:
        console.print("Stopped; what was measured is kept.")
        return STOPPED
    finally:
        console.print(table.shown(rows, scale=given.scale))
    return FAILED if any(row["is_failed"] for row in rows) else 0


def _measure(measurement: Measurement, site: Site) -> list[dict[str, Any]]:
    """Run one measurement; a failed one leaves a row that says so, and the others go on."""
    site.say(", ".join(measurement.names))
    began, start, before = time.monotonic(), load.average(), load.others()
    is_failed = False
    try:
        figures = measurement.run(site)
    except (Refused, httpx.HTTPError, OSError, RuntimeError) as error:
        site.say(f"not measured: {error}")
        is_failed, figures = True, [_missing(name, error) for name in measurement.names]
    after = load.others()
    about = {
        "is_failed": is_failed,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": load.commit(),
        "took_seconds": round(time.monotonic() - began, 1),
        "load": {"start": start, "end": load.average()},
        "others": {"before": round(before, 2), "after": round(after, 2)},
        "is_marked": max(before, after) > load.BUSY,
    }
    return [figure.record() | about for figure in figures]


def _missing(name: str, error: Exception) -> Figure:
    return Figure(name=name, unit="", target=Target(words=""), note=f"failed: {error}"[:200])


def _keep(rows: Sequence[dict[str, Any]], out: Path | None, *, scale: float) -> None:
    """Write what there is; rows of the file that were not measured now stay."""
    if out is None:
        return
    old = json.loads(out.read_text())["rows"] if out.exists() else []
    # A figure that was measured now takes the place of all that its measurement left before.
    new = {measurements.place_of(row["name"]) for row in rows}
    kept = [row for row in old if measurements.place_of(row["name"]) not in new]
    both = sorted([*kept, *rows], key=lambda row: measurements.place_of(row["name"]))
    found = {"machine": load.description(), "scale": scale, "rows": both}
    out.write_text(json.dumps(found, indent=1) + "\n")


def _teller(console: Console) -> Any:
    began = time.monotonic()

    def say(text: str) -> None:
        console.print(f"[{time.monotonic() - began:6.0f} s] {text}", highlight=False, markup=False)

    return say


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench", description=__doc__)
    parser.add_argument(
        "--only", type=names.some_of(measurements.NAMES), default=[], metavar="NAME,..."
    )
    parser.add_argument("--out", type=Path, help="JSON; default: benchmarks/latest.json")
    parser.add_argument("--scale", type=float, default=1.0, help="0.01 for a smoke test")
    parser.add_argument("--dir", type=Path, help="where the folder of work is made")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="print its table, and end")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
