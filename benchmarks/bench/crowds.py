"""A hundred annotators at once, on PostgreSQL and on the embedded default."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict

from benchmarks import crowd
from benchmarks.bench import pools
from benchmarks.bench.caller import calling
from benchmarks.bench.figures import Figure, Judged, Target
from benchmarks.bench.postgres import Sizes, sizes
from benchmarks.bench.rounds import BEFORE, RETRAIN, Rounds
from benchmarks.bench.servers import Service, on_postgres, whole
from benchmarks.bench.site import Site
from benchmarks.bench.uploads import register
from benchmarks.crowd import CrowdResult

ROWS, FEW_ROWS, WIDTH = 1_000_000, 10_000, 64
PEOPLE, SIZE, THINK_SECONDS = 100, 10, 0.75
SECONDS = 60
LEAST_ROWS = 10_000

PERCENTILES: Mapping[str, float] = {"p50": 10.0, "p95": 50.0, "p99": 150.0}
"""Most milliseconds of a batch request, on PostgreSQL."""

SQLITE_P95 = 100.0
GROWTH = 1.5


def on_a_server(site: Site) -> Sequence[Figure]:
    """Measure both sizes of pool on PostgreSQL."""
    many, tables = _crowd(site, on_postgres(site, "crowd-many"), rows=ROWS)
    few, _ = _crowd(site, on_postgres(site, "crowd-few"), rows=FEW_ROWS)
    return [
        *(
            _latency(f"crowd_pg_{name}", getattr(many.batches, name), most, many)
            for name, most in PERCENTILES.items()
        ),
        *_faults("crowd_pg", many),
        Figure(
            name="crowd_scale",
            unit="ms",
            value=many.batches.p95,
            base=few.batches.p95,
            base_of="p95 with 10,000 items",
            target=Target(words="at most 1.5 x", bound=GROWTH, judged=Judged.RATIO),
            details={"few": asdict(few), "tables": tables},
        ),
    ]


def embedded(site: Site) -> Sequence[Figure]:
    """Measure the embedded default."""
    seen, _ = _crowd(site, whole(site, "crowd-sqlite"), rows=ROWS)
    return [
        _latency("crowd_sqlite_p95", seen.batches.p95, SQLITE_P95, seen),
        *_faults("crowd_sqlite", seen),
    ]


def _crowd(
    site: Site, started: AbstractContextManager[Service], *, rows: int
) -> tuple[CrowdResult, Sizes]:
    """Let the crowd label; give what it saw, and what the tables have come to hold."""
    pool = pools.vectors(site, rows=site.count(rows, least=LEAST_ROWS), width=WIDTH)
    with started as service, calling(service.address) as caller:
        settings = {"name": "crowd", "seed": 1, "retrain": RETRAIN, **pool.settings}
        project = caller.make_project(settings)
        site.say(f"registering {pool.rows:,} items")
        register(caller, project, pool)
        Rounds(caller, project, pool).warm_up()
        site.say(f"{PEOPLE} people after {BEFORE} labels")
        plan = crowd.Plan(
            project=project,
            classes=pool.classes,
            annotators=PEOPLE,
            size=SIZE,
            think_seconds=THINK_SECONDS,
            seconds=site.count(SECONDS, least=5),
        )
        seen = crowd.run(service.address, plan)
        return seen, sizes(service.database) if service.database else {}


def _latency(name: str, milliseconds: float, most: float, seen: CrowdResult) -> Figure:
    target = Target(words=f"at most {most:.0f} ms", bound=most)
    return Figure(name=name, unit="ms", value=milliseconds, target=target, details=asdict(seen))


def _faults(name: str, seen: CrowdResult) -> list[Figure]:
    none = Target(words="none", bound=0)
    errors = sum(seen.errors.values())
    return [
        Figure(name=f"{name}_double", unit="items", value=seen.double_served, target=none),
        Figure(
            name=f"{name}_errors", unit="", value=errors, target=none, details=dict(seen.errors)
        ),
    ]
