"""A pool of ten million: memory, time against a pool of a million, and recall of its candidates."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, TypeAlias

from benchmarks.bench import memory, pools
from benchmarks.bench.caller import Caller, calling
from benchmarks.bench.figures import Figure, Judged, Target
from benchmarks.bench.ingests import blob_bytes
from benchmarks.bench.memory import API, WORKER, Peaks
from benchmarks.bench.pools import Pool
from benchmarks.bench.postgres import Sizes, sizes
from benchmarks.bench.ranks import told
from benchmarks.bench.recalls import full_scan, recall
from benchmarks.bench.rounds import RETRAIN, Round, Rounds
from benchmarks.bench.servers import on_postgres
from benchmarks.bench.site import Site
from benchmarks.bench.uploads import Ingest, register

ROWS, FEWER_ROWS, WIDTH = 10_000_000, 1_000_000, 64
REPEATS = 5
LEAST_ROWS = 2_000

# So that the larger pool needs candidates on every machine: their recall is measured.
SETTINGS = {"RANKING_SECONDS": "1"}

MOST_OF_A_WORKER, MOST_OF_THE_API = 1024.0, 300.0
"""Megabytes (2^20 bytes) of private memory of one process."""

MOST_OVER_LINEAR = 1.2

# The plain definition: what is served first is what is exact, and not spread out.
STRATEGY = "margin"
MEGABYTE = 2**20

Scanned: TypeAlias = tuple[Round, Mapping[str, float]]
"""A round, and the seconds of each stage of a run that looks at every row."""


def measure(site: Site) -> Sequence[Figure]:
    """Measure all three on one service."""
    few = pools.vectors(site, rows=site.count(FEWER_ROWS, least=LEAST_ROWS), width=WIDTH)
    many = pools.vectors(site, rows=site.count(ROWS, least=10 * LEAST_ROWS), width=WIDTH)
    with on_postgres(site, "large", SETTINGS) as service, calling(service.address) as caller:
        before, _ = _begin(site, caller, few)
        short = _several(caller, before)
        with memory.watched(service.process) as peaks:
            ours, ingest = _begin(site, caller, many)
            long = _several(caller, ours)
        found = recall(caller, ours)
        tables, blobs = sizes(service.database), blob_bytes(service.folder)
    details = {
        "rows": many.rows,
        "ingest_seconds": round(ingest.seconds, 2),
        "ingest_stages": dict(ingest.stages),
        "is_bulk": ingest.is_bulk,
        "peaks_mb": {kind: round(peak / MEGABYTE, 1) for kind, peak in peaks.highest.items()},
    }
    return [
        _peak("memory_10m_worker", peaks, WORKER, MOST_OF_A_WORKER, details),
        _peak("memory_10m_api", peaks, API, MOST_OF_THE_API, {}),
        _growth(short, long, times=many.rows / few.rows, tables={**tables, "blobs": (0, blobs)}),
        found,
    ]


def _begin(site: Site, caller: Caller, pool: Pool) -> tuple[Rounds, Ingest]:
    settings = {"strategy": STRATEGY, "retrain": RETRAIN, **pool.settings}
    project = caller.make_project({"name": f"{pool.rows} rows", "seed": 1, **settings})
    site.say(f"registering {pool.rows:,} items")
    ingest = register(caller, project, pool)
    site.say(f"ranked after {ingest.seconds:.1f} s")
    rounds = Rounds(caller, project, pool)
    rounds.warm_up()
    return rounds, ingest


def _several(caller: Caller, rounds: Rounds) -> list[Scanned]:
    """Measure rounds, each with the seconds until every row was looked at."""
    found = []
    for _ in range(REPEATS):
        measured = rounds.measure()
        found.append((measured, full_scan(caller, rounds.project, measured)))
    return found


def _scan_seconds(measured: list[Scanned]) -> list[float]:
    return [sum(stages.values()) for _, stages in measured]


def _told(measured: list[Scanned]) -> dict[str, Any]:
    scans = [round(seconds, 4) for seconds in _scan_seconds(measured)]
    stages = [dict(stages) for _, stages in measured]
    return {**told([each for each, _ in measured]), "full_scans": scans, "scan_stages": stages}


def _peak(name: str, peaks: Peaks, kind: str, most: float, details: dict[str, object]) -> Figure:
    return Figure(
        name=name,
        unit="MB",
        value=peaks.highest.get(kind, 0) / MEGABYTE,
        target=Target(words=f"at most {most:.0f} MB", bound=most),
        details=details,
    )


def _growth(short: list[Scanned], long: list[Scanned], *, times: float, tables: Sizes) -> Figure:
    """How the time of a run grew, over how the pool did."""
    return Figure(
        name="linear",
        unit="s",
        value=median(_scan_seconds(long)),
        base=times * median(_scan_seconds(short)),
        base_of=f"{times:.0f} x a run over a tenth of the pool",
        target=Target(words="at most 1.2 x linear", bound=MOST_OVER_LINEAR, judged=Judged.RATIO),
        details={"short": _told(short), "long": _told(long), "tables": tables},
    )
