"""A hundred annotators at once, on PostgreSQL and on the embedded default."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

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
FEW_SECONDS, FEW_TIMES = 5, 3
"""As many people empty the small pool in ten seconds, of which five warm up."""
SMALLER, SMALLER_SECONDS = (10, 20, 30, 40, 60, 80), 20
"""Crowds that are tried one after the other, until one is too large."""
LEAST_ROWS = 10_000

PERCENTILES: Mapping[str, float] = {"p50": 10.0, "p95": 50.0, "p99": 150.0}
"""Most milliseconds of a batch request, on PostgreSQL."""

SQLITE_P95 = 100.0
GROWTH = 1.5


def on_a_server(site: Site) -> Sequence[Figure]:
    """Measure both sizes of pool on PostgreSQL."""
    with _labelled(site, on_postgres(site, "crowd-many"), rows=ROWS) as crowded:
        many, tables = crowded.see(PEOPLE, SECONDS), crowded.tables()
        reach = _reach(crowded, many)
    few = []
    for number in range(FEW_TIMES):
        with _labelled(site, on_postgres(site, f"crowd-few-{number}"), rows=FEW_ROWS) as crowded:
            few.append(crowded.see(PEOPLE, FEW_SECONDS))
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
            base=median(each.batches.p95 for each in few),
            base_of=f"p95 with {FEW_ROWS:,} items, the middle of {FEW_TIMES}",
            target=Target(words="at most 1.5 x", bound=GROWTH, judged=Judged.RATIO),
            details={"few": [asdict(each) for each in few], "tables": tables},
        ),
        reach,
    ]


def embedded(site: Site) -> Sequence[Figure]:
    """Measure the embedded default."""
    with _labelled(site, whole(site, "crowd-sqlite"), rows=ROWS) as crowded:
        seen = crowded.see(PEOPLE, SECONDS)
    return [
        _latency("crowd_sqlite_p95", seen.batches.p95, SQLITE_P95, seen),
        *_faults("crowd_sqlite", seen),
    ]


@dataclass(frozen=True, kw_only=True)
class _Crowded:
    """A project with a model, and people who may come."""

    site: Site
    service: Service
    project: str
    classes: Sequence[str]

    def see(self, people: int, seconds: int) -> CrowdResult:
        """Let so many people label, and answer what they saw."""
        self.site.say(f"{people} people after {BEFORE} labels and more")
        plan = crowd.Plan(
            project=self.project,
            classes=self.classes,
            annotators=people,
            size=SIZE,
            think_seconds=THINK_SECONDS,
            seconds=self.site.count(seconds, least=5),
        )
        return crowd.run(self.service.address, plan)

    def tables(self) -> Sizes:
        """What the tables have come to hold, where there is a server."""
        return sizes(self.service.database) if self.service.database else {}


@contextmanager
def _labelled(
    site: Site, started: AbstractContextManager[Service], *, rows: int
) -> Iterator[_Crowded]:
    pool = pools.vectors(site, rows=site.count(rows, least=LEAST_ROWS), width=WIDTH)
    with started as service, calling(service.address) as caller:
        settings = {"name": "crowd", "seed": 1, "retrain": RETRAIN, **pool.settings}
        project = caller.make_project(settings)
        site.say(f"registering {pool.rows:,} items")
        register(caller, project, pool)
        Rounds(caller, project, pool).warm_up()
        yield _Crowded(site=site, service=service, project=project, classes=pool.classes)


def _reach(crowded: _Crowded, many: CrowdResult) -> Figure:
    """The largest crowd that is served as fast as it should be, as are all smaller ones tried.

    Args:
        many: what the whole crowd saw.
    """
    largest, seen = 0, dict[str, Any]()
    for people in (*SMALLER, PEOPLE):
        found = many if people == PEOPLE else crowded.see(people, SMALLER_SECONDS)
        seen[str(people)] = asdict(found.batches)
        if found.batches.p95 > PERCENTILES["p95"]:
            break
        largest = people
    target = Target(words=f"{PEOPLE} people", bound=PEOPLE, is_least=True)
    words = f"people at p95 of at most {PERCENTILES['p95']:.0f} ms"
    return Figure(
        name="crowd_reach", unit="people", value=largest, target=target, note=words, details=seen
    )


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
